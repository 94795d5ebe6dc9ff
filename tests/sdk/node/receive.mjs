// Takes webhooks and verifies each with the unmodified `standardwebhooks` package; writes one line for each.
import { createServer } from "node:http";
import { appendFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const [log, secretFile, slow] = process.argv.slice(2);
const { readFileSync } = await import("node:fs");

createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const body = Buffer.concat(parts).toString();
    let line;
    try {
      const told = new Webhook(readFileSync(secretFile, "utf8")).verify(body, request.headers);
      line = { id: request.headers["webhook-id"], type: told.type, text: told.data.voice?.text };
    } catch (error) {
      line = { error: String(error) };
    }
    appendFileSync(log, JSON.stringify(line) + "\n");
    setTimeout(() => response.writeHead(line.error ? 400 : 200).end("ok"), Number(slow));
  });
}).listen(0, "127.0.0.1", function () {
  console.log(this.address().port);
});
