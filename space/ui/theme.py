"""Theme of Gradio's own parts: colours, type and spacing; page.css has those of ours."""

import gradio as gr

# From 50 (lightest) to 950.
TEAL = "#effaf7 #d6f1eb #aee3d8 #7fcfc1 #4fb5a6 #2f998c #1d7a70 #17625b #154e49 #12413d #082826"
STONE = "#faf9f7 #f3f1ed #e6e3dc #d0ccc2 #a09d94 #77756d #5a5952 #46453f #2b2c29 #1c1e1c #121413"


def theme() -> gr.themes.Base:
    """Both fonts come with gradio, so that nothing is fetched from a font service; not in weight 600,
    whose files there lack most of the Latin letters."""
    return gr.themes.Base(
        primary_hue=gr.themes.Color(*TEAL.split()),
        secondary_hue=gr.themes.Color(*TEAL.split()),
        neutral_hue=gr.themes.Color(*STONE.split()),
        font=(gr.themes.LocalFont("IBM Plex Sans", weights=(400, 700)), "system-ui", "sans-serif"),
        font_mono=(gr.themes.LocalFont("IBM Plex Mono", weights=(400, 700)), "ui-monospace", "monospace"),
        radius_size=gr.themes.sizes.radius_md,
    ).set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        body_text_color="*neutral_900",
        body_text_color_dark="*neutral_100",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
        background_fill_primary="white",
        background_fill_primary_dark="*neutral_900",
        background_fill_secondary="*neutral_100",
        background_fill_secondary_dark="*neutral_800",
        border_color_primary="*neutral_200",
        border_color_primary_dark="*neutral_800",
        block_background_fill="white",
        block_background_fill_dark="*neutral_900",
        block_border_width="1px",
        block_shadow="none",
        block_shadow_dark="none",
        block_label_text_color="*neutral_600",
        block_label_text_color_dark="*neutral_400",
        input_background_fill="white",
        input_background_fill_dark="*neutral_900",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_700",
        button_secondary_background_fill="white",
        button_secondary_background_fill_hover="*neutral_100",
        button_secondary_background_fill_dark="*neutral_900",
        button_secondary_background_fill_hover_dark="*neutral_800",
        button_secondary_border_color="*neutral_300",
        button_secondary_border_color_dark="*neutral_700",
        button_border_width="1px",
        button_border_width_dark="1px",
        button_primary_border_color="*primary_700",
        button_primary_border_color_dark="*primary_600",
        button_primary_text_color="white",
        button_primary_text_color_dark="white",
        link_text_color="*primary_700",
        link_text_color_dark="*primary_300",
    )
