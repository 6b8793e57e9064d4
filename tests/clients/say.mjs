// What the clients in JavaScript have in common.
import { writeSync } from "node:fs";

export const say = (line) => writeSync(1, JSON.stringify(line) + "\n");

export const isEnd = (text) => {
  const frame = JSON.parse(text);
  return frame.type === "message_sent" && frame.data.text === "end";
};
