// Peer of `bench push`: broadcast with uWebSockets.js. Arguments: port.
const uws = require("@trufflesuite/uws-js-unofficial");

const app = uws.App();
app.ws("/sub/:room", {
  compression: 0,
  idleTimeout: 600,
  maxBackpressure: 64 << 20,
  upgrade: (response, request, context) => {
    const header = (name) => request.getHeader(name);
    response.upgrade(
      { room: request.getParameter(0) },
      header("sec-websocket-key"),
      header("sec-websocket-protocol"),
      header("sec-websocket-extensions"),
      context,
    );
  },
  open: (socket) => socket.subscribe(socket.room),
});
app.post("/pub/:room", (response, request) => {
  const room = request.getParameter(0);
  const parts = [];
  response.onAborted(() => {});
  response.onData((part, last) => {
    parts.push(Buffer.from(part.slice(0)));
    if (!last) return;
    app.publish(room, Buffer.concat(parts), false);
    response.end("ok");
  });
});
app.listen("127.0.0.1", Number(process.argv[2]), () => {});
