// npm `eventsource`: resumes by itself. Says what it gets as JSON lines; ends with the message `end`.
import { EventSource } from "eventsource";
import { isEnd, say } from "./say.mjs";

const headers = { Authorization: `Bearer ${process.env.TOKEN}` };
const source = new EventSource(process.env.STREAM_URL, {
  fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...headers } }),
});
source.onopen = () => say({ open: true });
source.onmessage = ({ lastEventId, data }) => {
  say({ id: lastEventId, data });
  if (isEnd(data)) process.exit(0);
};
