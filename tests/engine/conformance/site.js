// The site of site.py for Node's own http server; arguments: address, port, milliseconds idle connections are kept.
'use strict';
const crypto = require('crypto');
const http = require('http');
const zlib = require('zlib');

const LARGE = Buffer.alloc(256 * 12000, Buffer.from(Array.from({length: 256}, (_, at) => at)));

function sized(response, body, status = 200, headers = {}) {
  response.writeHead(status, {'Content-Length': Buffer.byteLength(body), 'Content-Type': 'text/plain', ...headers});
  response.end(body);
}

const server = http.createServer((request, response) => {
  const path = request.url.split('?')[0];
  if (path === '/204' || path === '/304') { response.writeHead(+path.slice(1), {'X-A': 'b'}); response.end(); }
  else if (path === '/404') sized(response, 'no', 404);
  else if (path === '/303') sized(response, '', 303, {Location: 'hello'});
  else if (path === '/307') sized(response, '', 307, {Location: '/echo'});
  else if (path === '/echo') {
    const hash = crypto.createHash('sha256');
    request.on('data', part => hash.update(part));
    request.on('end', () => sized(response, hash.digest('hex')));
  }
  else if (path === '/large') sized(response, LARGE);
  else if (path === '/chunked') {
    if (request.method === 'HEAD') return response.end();
    response.writeHead(200, {Trailer: 'X-Sum'});
    response.write(LARGE.subarray(0, 1));
    response.write(LARGE.subarray(1, 100000));
    response.addTrailers({'X-Sum': '1', 'Set-Cookie': 'no=1'});
    response.end(LARGE.subarray(100000));
  }
  else if (path === '/gzip') sized(response, zlib.gzipSync(LARGE, {level: 1}), 200, {'Content-Encoding': 'gzip'});
  else if (path === '/cookie') sized(response, '', 200, {'Set-Cookie': ['a=1; Path=/; HttpOnly', 'b=2; Path=/']});
  else if (path === '/seen') sized(response, request.headers.cookie || '');
  else if (path === '/early') sized(response, 'too large', 413);
  else if (path === '/announced') {
    response.writeContinue();
    response.writeProcessing();
    response.writeEarlyHints({link: '</x.css>; rel=preload'}, () => sized(response, 'hello'));
  }
  else sized(response, 'hello');
});
server.keepAliveTimeout = +process.argv[4];
server.listen(+process.argv[3], process.argv[2]);
