// npm `ws`: comes back with the last `room_seq`, sends one command, and another token when it is told
// that its own expires. See eventsource.mjs.
import WebSocket from "ws";
import { isEnd, say } from "./say.mjs";

const { STREAM_URL, TOKEN, COMMAND, REFRESH } = process.env;
let last = 0;
let command = COMMAND;

const connect = () => {
  const protocols = ["matinee.v1", `bearer.${TOKEN}`];
  const socket = new WebSocket(`${STREAM_URL}?last_event_id=${last}`, protocols);
  socket.on("open", () => {
    say({ open: true });
    if (command) socket.send(command);
    command = undefined;
  });
  socket.on("ping", () => say({ ping: true }));
  socket.on("message", (bytes, isBinary) => {
    const data = bytes.toString();
    const { type, room_seq } = JSON.parse(data);
    if (type === "token_expires" && REFRESH) socket.send(REFRESH);
    if (type !== "answer" && room_seq) last = room_seq;
    say({ data, isBinary });
    if (isEnd(data)) process.exit(0);
  });
  // What is wrong is seen by what does not come.
  socket.on("error", () => {});
  socket.on("close", (code) => {
    say({ closed: code });
    setTimeout(connect, 50);
  });
};

connect();
