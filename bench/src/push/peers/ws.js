// Peer of `bench push`: broadcast with `ws`. Arguments: port.
const http = require("http");
const { WebSocketServer } = require("ws");

const rooms = new Map();
const server = http.createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const text = Buffer.concat(parts);
    const room = rooms.get(request.url.slice("/pub/".length)) ?? [];
    for (const socket of room) socket.send(text, { binary: false });
    response.writeHead(200, { "content-length": 2 });
    response.end("ok");
  });
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on("connection", (socket, request) => {
  const name = request.url.slice("/sub/".length);
  if (!rooms.has(name)) rooms.set(name, new Set());
  rooms.get(name).add(socket);
  socket.on("close", () => rooms.get(name).delete(socket));
});
server.keepAliveTimeout = 600_000;
server.listen(Number(process.argv[2]), "127.0.0.1", 4096);
