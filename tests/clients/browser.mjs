// Chromium with a page of another origin: EventSource with a cookie, or WebSocket with a subprotocol,
// and a command by `fetch`. Serves the page, and says what the page reports. See eventsource.mjs.
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isEnd, say } from "./say.mjs";

const { CHROMIUM, PORT, STREAM_URL, COMMAND_URL, COMMAND_ID, TOKEN, TRANSPORT } = process.env;

const page = `<!doctype html><meta charset="utf-8"><script>
const { STREAM_URL, COMMAND_URL, COMMAND_ID, TOKEN, TRANSPORT } = ${JSON.stringify({
  STREAM_URL, COMMAND_URL, COMMAND_ID, TOKEN, TRANSPORT,
})};
// One after the other, so that their order is kept.
let reported = Promise.resolve();
const report = (line) => {
  reported = reported.then(() => fetch("/report", { method: "POST", body: JSON.stringify(line) }));
};
const connect = (last) => {
  const socket = new WebSocket(STREAM_URL + "?last_event_id=" + last, ["matinee.v1", "bearer." + TOKEN]);
  socket.onopen = () => report({ open: true });
  socket.onmessage = ({ data }) => {
    last = JSON.parse(data).room_seq ?? last;
    report({ data });
  };
  socket.onclose = () => setTimeout(() => connect(last), 50);
};
if (TRANSPORT === "ws") {
  connect(0);
} else {
  document.cookie = "matinee_token=" + TOKEN;
  const source = new EventSource(STREAM_URL, { withCredentials: true });
  source.onopen = () => report({ open: true });
  source.onmessage = ({ lastEventId, data }) => report({ id: lastEventId, data });
}
fetch(COMMAND_URL, {
  method: "POST",
  headers: { Authorization: "Bearer " + TOKEN, "Idempotency-Key": COMMAND_ID, "Content-Type": "application/json" },
  body: JSON.stringify({ text: "command" }),
}).then(async (answer) => report({ answer: answer.status, body: await answer.json() }), (error) => report({ error: String(error) }));
</script>`;

let browser;
createServer((request, response) => {
  if (request.url !== "/report") {
    response.setHeader("Content-Type", "text/html");
    return response.end(request.url === "/" ? page : "");
  }
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (chunk) => (body += chunk));
  request.on("end", () => {
    response.end();
    const line = JSON.parse(body);
    say(line);
    if (line.data && isEnd(line.data)) {
      browser.on("exit", () => process.exit(0));
      browser.kill();
    }
  });
}).listen(PORT, "127.0.0.1", () => {
  const profile = mkdtempSync(join(tmpdir(), "matinee-chromium-"));
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"];
  const address = `http://127.0.0.1:${PORT}/`;
  browser = spawn(CHROMIUM, [...flags, `--user-data-dir=${profile}`, address], { stdio: "ignore" });
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => browser.kill());
});
