"""The page's tool for language models, as a client of the Model Context Protocol calls it."""

import asyncio

from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client


def talk(url: str, text: str) -> tuple[list[str], bool, str]:
    """What the tools are called, and what the first answers for `text`: whether that is an error, and it."""

    async def session() -> tuple[list[str], bool, str]:
        async with (
            streamable_http_client(f"{url}/gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as client,
        ):
            await client.initialize()
            tools = (await client.list_tools()).tools
            answer = await client.call_tool(tools[0].name, {"text": text})
            return [tool.name for tool in tools], answer.isError, answer.content[0].text

    return asyncio.run(session())
