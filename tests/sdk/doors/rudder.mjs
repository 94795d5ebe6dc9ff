// Sends with the unmodified SDK of RudderStack: node rudder.mjs URL WRITE_KEY COUNT
// `flush()` sends one part of the queue only, so the end is when every message has been told of.
import Rudder from "@rudderstack/rudder-sdk-node";

const [, , url, writeKey, count] = process.argv;
const rudder = new Rudder(writeKey, { dataPlaneUrl: url, flushAt: 20, flushInterval: 200, logLevel: "error" });
const failures = [];
const delivered = [];
function send(kind, message) {
  delivered.push(
    new Promise((resolve) =>
      rudder[kind](message, (error) => {
        if (error) failures.push(String(error));
        resolve();
      }),
    ),
  );
}

send("identify", { userId: "rudder-node", traits: { email: "rudder-node@example.test" } });
for (let at = 0; at < Number(count); at++) {
  const message = { userId: "rudder-node", event: "rudder_node_tracked", messageId: `rn-${at}`, properties: { at } };
  send("track", message);
  if (at % 5 === 0) send("track", message); // a repeat by the sender
}
await Promise.all(delivered);
if (failures.length) {
  console.error(failures.join("\n"));
  process.exit(1);
}
process.exit(0);
