// Sends with the unmodified SDK of Segment: node send.mjs URL WRITE_KEY COUNT
import { Analytics } from "@segment/analytics-node";

const [, , url, writeKey, count] = process.argv;
const number = Number(count);

const segment = new Analytics({ writeKey, host: url, path: "/v1/batch", flushAt: 20 });
const failures = [];
segment.on("error", (error) => failures.push(String(error)));
segment.identify({ userId: "segment-node", traits: { email: "node@example.test", plan: "pro" } });
for (let at = 0; at < number; at++) {
  segment.track({ userId: "segment-node", event: "node_tracked", messageId: `node-${at}`, properties: { at } });
  // a repeat by the sender: the same message once more
  if (at % 5 === 0) segment.track({ userId: "segment-node", event: "node_tracked", messageId: `node-${at}`, properties: { at } });
}
segment.page({ anonymousId: "node-visitor", name: "Home" });
segment.group({ userId: "segment-node", groupId: "acme", traits: { name: "Acme" } });
await segment.closeAndFlush();

if (failures.length) {
  console.error(failures.join("\n"));
  process.exit(1);
}
process.exit(0);
