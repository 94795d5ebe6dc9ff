// Sends with the unmodified SDK of CloudEvents: node cloudevents.mjs URL WRITE_KEY COUNT
import { CloudEvent, emitterFor, httpTransport, Mode } from "cloudevents";

const [, , url, writeKey, count] = process.argv;
const transport = httpTransport(`${url}/v1/cloudevents?access_token=${writeKey}`);
for (const mode of [Mode.STRUCTURED, Mode.BINARY]) {
  const emit = emitterFor(transport, { mode });
  for (let at = 0; at < Number(count); at++) {
    const told = { id: `js-${at}`, source: "/shop", type: "ce_node_paid", subject: "ce-node", data: { at } };
    await emit(new CloudEvent(told));
  }
}
process.exit(0);
