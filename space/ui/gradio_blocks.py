"""Gradio's blocks as this page uses them: HTML of ours, and scripts of ours that Gradio calls."""

import gradio as gr


def script(call: str, arguments: str = "") -> str:
    """JavaScript for Gradio: a function that calls what scripts/page.js exports. The address is
    relative to the page, as Gradio's own are: a proxy may serve it under a prefix."""
    return f"async ({arguments}) => (await import(new URL('page/page.js', document.baseURI))).{call}"


# Gradio changes a result's elements in place, so the script has to be told that they are another's now.
_ARRIVED = f"const show = {script('show(element)')}; show(); watch('value', show);"


def html(value: str, elem_id: str) -> gr.HTML:
    """HTML of ours, in our own style alone."""
    return gr.HTML(value, elem_id=elem_id, apply_default_css=False, js_on_load=_ARRIVED)
