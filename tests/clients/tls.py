"""A reverse proxy as it stands before every real instance: TLS on one side, the program on the other."""

import asyncio
import ssl
import sys


async def carry(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except (ConnectionError, ssl.SSLError):
        pass
    finally:
        writer.close()


async def main(listen, forward, certificate, key):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    async def connect(reader, writer):
        try:
            there, onward = await asyncio.open_connection("127.0.0.1", forward)
        except ConnectionError:
            writer.close()
            return
        await asyncio.gather(carry(reader, onward), carry(there, writer))

    server = await asyncio.start_server(connect, "127.0.0.1", listen, ssl=context)
    async with server:
        await server.serve_forever()


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]))
