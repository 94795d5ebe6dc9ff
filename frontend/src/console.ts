import Alpine from "@alpinejs/csp";
import htmx from "htmx.org";
import { startAgo } from "./parts/ago";
import { startConfirm } from "./parts/confirm";
import { startCopy } from "./parts/copy";
import { startKeys } from "./parts/keys";
import { startLive } from "./parts/live";
import { startMenus } from "./parts/menus";
import { startPalette } from "./parts/palette";
import { startPieces } from "./parts/pieces";
import { startRequests } from "./parts/requests";
import { startScrollers } from "./parts/scrollers";
import { startTabs } from "./parts/tabs";
import { startTeach } from "./parts/teach";
import { startTheme } from "./parts/theme";
import { startToasts } from "./parts/toasts";
import { startWall } from "./parts/wall";

/** ECharts is heavy: its bundle is fetched only where a chart stands. */
async function startCharts(root: ParentNode): Promise<void> {
  const source = document.body.dataset["charts"];
  if (!source || !root.querySelector("[data-chart]")) return;
  const charts = (await import(/* @vite-ignore */ source)) as typeof import("./charts");
  charts.drawAll(root);
}

startRequests();
startTheme();
startAgo();
startMenus();
startToasts();
startConfirm();
startCopy();
startPalette();
startKeys();
startPieces();
startTabs();
startTeach();
startWall();
Alpine.start();
htmx.onLoad((element) => {
  const root = element.parentElement ?? document;
  startLive(root);
  startScrollers(root);
  void startCharts(root);
});
