"""HTML head of the page: title, description, icon and preview.

Gradio's template names Gradio there, with a picture on another server. Its `head` setting adds tags by
script, which previews of links do not run, so that the template itself has to change.
"""

import re

from gradio.routes import templates
from jinja2 import FunctionLoader

from .markup import escape
from .masthead import TITLE

PAGE = "frontend/index.html"
OF_GRADIO = re.compile(r'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*')


def set_head(description: str) -> None:
    """Let the page's HTML describe itself so. It holds for every page of this process, which has one."""
    loader = templates.env.loader
    assert loader is not None
    source = loader.get_source(templates.env, PAGE)[0]
    page = OF_GRADIO.sub("", source).replace("<style>", f"{_tags(description)}<style>", 1)
    templates.env.loader = FunctionLoader(
        lambda name: page if name == PAGE else loader.get_source(templates.env, name)
    )


def _tags(description: str) -> str:
    said = escape(description).replace("{", "&#123;")  # the rest is a template of Jinja's
    # The root is the address at which the page was asked for.
    preview = "{{ config.get('root', '') | e }}/page/pictures/preview.png"
    named = {"title": TITLE, "description": said, "image": preview}
    about = {
        **{f'property="og:{name}"': value for name, value in named.items()},
        'property="og:type"': "website",
        'property="og:image:width"': "1200",
        'property="og:image:height"': "630",
        'property="og:image:alt"': "A medical text with its mentions marked",
        'name="description"': said,
        'name="twitter:card"': "summary_large_image",
    }
    metas = "\n".join(f'<meta {name} content="{value}" />' for name, value in about.items())
    icon = '<link rel="icon" type="image/svg+xml" href="page/pictures/icon.svg" />'
    return f"<title>{TITLE}</title>\n{metas}\n{icon}\n"
