// Sends with the unmodified SDK of PostHog: node posthog.mjs URL WRITE_KEY COUNT
import { PostHog } from "posthog-node";

const [, , url, writeKey, count] = process.argv;
const posthog = new PostHog(writeKey, { host: url, flushAt: 20 });
const failures = [];
posthog.on("error", (error) => failures.push(String(error)));
posthog.identify({ distinctId: "ph-node", properties: { email: "ph-node@example.test" } });
for (let at = 0; at < Number(count); at++) {
  const uuid = `00000000-0000-4000-8000-${String(at).padStart(12, "0")}`;
  posthog.capture({ distinctId: "ph-node", event: "ph_node_tracked", uuid, properties: { at } });
  if (at % 5 === 0) posthog.capture({ distinctId: "ph-node", event: "ph_node_tracked", uuid, properties: { at } });
}
posthog.groupIdentify({ groupType: "company", groupKey: "acme", distinctId: "ph-node", properties: { name: "Acme" } });
await posthog.shutdown();
if (failures.length) {
  console.error(failures.join("\n"));
  process.exit(1);
}
process.exit(0);
