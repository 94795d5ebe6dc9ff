// One sprite from the icons we use (Lucide, ISC licence): <svg><use href=".../icons.svg#name">.
import { readFileSync, writeFileSync } from "node:fs";

const names = `house ear radio lightbulb route inbox heart users target settings search sun moon monitor sun-moon log-out
chevron-down chevron-right chevron-left chevron-up plus x check copy trash-2 pencil eye eye-off download upload list-filter
pause play bell circle-alert triangle-alert info smile frown meh key-round languages building-2 undo-2 clock calendar
external-link mail phone message-circle circle-check circle-question-mark ellipsis arrow-right arrow-left arrow-up arrow-down
send user user-plus user-minus shield-check palette wifi-off refresh-cw link table chart-line chart-no-axes-column image
file-text database flag star tag history megaphone hand-heart wrench layers list-checks qr-code menu thumbs-up map-pin
sparkles git-branch scale lock store ticket gauge activity hand split repeat zap quote save filter grip-vertical
panel-left square-pen circle-x circle-dashed circle hourglass messages-square globe smartphone tablet printer`
  .split(/\s+/)
  .sort();

const inner = (name) =>
  readFileSync(new URL(`node_modules/lucide-static/icons/${name}.svg`, import.meta.url), "utf8")
    .replace(/<!--.*?-->/gs, "")
    .replace(/<\/?svg[^>]*>/gs, "")
    .replace(/\s+/g, " ")
    .trim();

const symbols = names.map((name) => `<symbol id="${name}" viewBox="0 0 24 24">${inner(name)}</symbol>`);
writeFileSync(
  new URL("../src/allears/web/static/dist/icons.svg", import.meta.url),
  `<svg xmlns="http://www.w3.org/2000/svg"><!-- Lucide icons, ISC licence, lucide.dev -->\n${symbols.join("\n")}\n</svg>\n`,
);
