// Sends with the unmodified SDK of Jitsu: node jitsu.mjs URL WRITE_KEY COUNT
import { jitsuAnalytics } from "@jitsu/js";

const [, , url, writeKey, count] = process.argv;
const errorPolicy = "rethrow";
for (const s2s of [false, true]) {
  // its SDK takes no key without a colon
  const jitsu = jitsuAnalytics({ host: url, writeKey: `${writeKey}:-`, s2s, fetch, errorPolicy });
  await jitsu.identify("jitsu-user", { email: "jitsu@example.test", none: null });
  for (let at = 0; at < Number(count) / 2; at++) {
    await jitsu.track("jitsu_tracked", { at, none: null, nested: { deep: ["鹪巢 😀"] } });
  }
  await jitsu.page({ name: "Home" });
  await jitsu.group("jitsu-co", { name: "Acme" });
}
process.exit(0);
