"""Real inpainting pipelines of toy size, made on the spot with random weights and saved."""

import json
from pathlib import Path
from typing import Any

from tests.helpers import Late

torch, diffusers, transformers = Late("torch"), Late("diffusers"), Late("transformers")
safety = Late("diffusers.pipelines.stable_diffusion.safety_checker")

SIZE_PX = 64  # of the Stable Diffusion ones
LETTERS = "abcdefghijklmnopqrstuvwxyz,-'"


def save_sd_inpaint(folder: Path, *, blacks_out: bool | None = None) -> Path:
    """Nine channels in. With a safety checker that finds always or never, or none."""
    checker = None if blacks_out is None else safety_checker(blacks_out)
    torch.manual_seed(0)
    diffusers.StableDiffusionInpaintPipeline(
        vae=vae(),
        text_encoder=transformers.CLIPTextModel(clip_text()),
        tokenizer=clip_tokenizer(folder),
        unet=unet(in_channels=9, cross_attention_dim=32),
        scheduler=ddim(),
        safety_checker=checker,
        feature_extractor=transformers.CLIPImageProcessorPil(size=32, crop_size=32)
        if checker
        else None,
        requires_safety_checker=False,
    ).save_pretrained(folder)
    return folder


def save_sd(folder: Path) -> Path:
    """Four channels in: made for text to image."""
    torch.manual_seed(0)
    diffusers.StableDiffusionPipeline(
        vae=vae(),
        text_encoder=transformers.CLIPTextModel(clip_text()),
        tokenizer=clip_tokenizer(folder),
        unet=unet(in_channels=4, cross_attention_dim=32),
        scheduler=ddim(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)
    return folder


def save_sdxl_inpaint(folder: Path) -> Path:
    torch.manual_seed(0)
    tokenizer = clip_tokenizer(folder)
    diffusers.StableDiffusionXLInpaintPipeline(
        vae=vae(),
        text_encoder=transformers.CLIPTextModel(clip_text()),
        text_encoder_2=transformers.CLIPTextModelWithProjection(clip_text()),
        tokenizer=tokenizer,
        tokenizer_2=tokenizer,
        unet=unet(
            in_channels=9,
            cross_attention_dim=64,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=32 + 6 * 8,
        ),
        scheduler=ddim(),
    ).save_pretrained(folder)
    return folder


def save_flux_fill(folder: Path) -> Path:
    torch.manual_seed(0)
    words = t5_tokenizer()
    diffusers.FluxFillPipeline(
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(),
        vae=diffusers.AutoencoderKL(
            block_out_channels=(4,),
            down_block_types=("DownEncoderBlock2D",),
            up_block_types=("UpDecoderBlock2D",),
            latent_channels=1,
            norm_num_groups=1,
            layers_per_block=1,
            mid_block_add_attention=False,
            use_quant_conv=False,
            use_post_quant_conv=False,
            shift_factor=0.06,
            scaling_factor=1.5,
        ),
        text_encoder=transformers.CLIPTextModel(clip_text()),
        tokenizer=clip_tokenizer(folder),
        text_encoder_2=transformers.T5EncoderModel(
            transformers.T5Config(
                vocab_size=len(words), d_model=32, d_kv=8, d_ff=32, num_layers=1, num_heads=2
            )
        ),
        tokenizer_2=words,
        transformer=diffusers.FluxTransformer2DModel(
            in_channels=4 + 4 + 4,  # packed noise, masked picture and mask
            out_channels=4,
            num_layers=1,
            num_single_layers=1,
            attention_head_dim=8,
            num_attention_heads=2,
            joint_attention_dim=32,
            pooled_projection_dim=32,
            axes_dims_rope=(2, 2, 4),
            guidance_embeds=True,
        ),
    ).save_pretrained(folder)
    return folder


def save_unconditional(folder: Path) -> Path:
    """A pipeline that makes pictures out of nothing, so of the wrong kind."""
    net = diffusers.UNet2DModel(
        sample_size=8,
        block_out_channels=(8, 8),
        norm_num_groups=2,
        layers_per_block=1,
        down_block_types=("DownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "UpBlock2D"),
    )
    diffusers.DDPMPipeline(net, diffusers.DDPMScheduler()).save_pretrained(folder)
    return folder


def ddim() -> Any:
    """The settings published models have; others are warned of."""
    return diffusers.DDIMScheduler(steps_offset=1, clip_sample=False)


def vae() -> Any:
    return diffusers.AutoencoderKL(
        block_out_channels=(8, 8),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        latent_channels=4,
        norm_num_groups=2,
        layers_per_block=1,
    )


def unet(in_channels: int, **kind: Any) -> Any:
    return diffusers.UNet2DConditionModel(
        sample_size=SIZE_PX // 2,
        in_channels=in_channels,
        out_channels=4,
        block_out_channels=(8, 16),
        norm_num_groups=4,
        layers_per_block=1,
        attention_head_dim=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        **kind,
    )


def clip_text() -> Any:
    return transformers.CLIPTextConfig(
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
        vocab_size=len(clip_vocabulary()),
        hidden_size=32,
        projection_dim=32,
        intermediate_size=32,
        num_attention_heads=2,
        num_hidden_layers=2,
        max_position_embeddings=77,
    )


def clip_vocabulary() -> dict[str, int]:
    signs = [*LETTERS, *(f"{letter}</w>" for letter in LETTERS)]
    return {word: i for i, word in enumerate(["<|startoftext|>", "<|endoftext|>", *signs])}


def clip_tokenizer(folder: Path) -> Any:
    """A tokenizer of single letters, read from the files a published one would have."""
    words = folder / "tokenizer"
    words.mkdir(parents=True, exist_ok=True)
    (words / "vocab.json").write_text(json.dumps(clip_vocabulary()))
    (words / "merges.txt").write_text("#version: 0.2\n")
    return transformers.CLIPTokenizer.from_pretrained(words, model_max_length=77)


def t5_tokenizer() -> Any:
    special = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    letters = [(letter, -3.0) for letter in LETTERS]
    return transformers.T5Tokenizer(vocab=special + letters, extra_ids=0, model_max_length=512)


def safety_checker(blacks_out: bool) -> Any:
    small = {
        "hidden_size": 16,
        "intermediate_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
    }
    checker = safety.StableDiffusionSafetyChecker(
        transformers.CLIPConfig(
            text_config={**small, "vocab_size": 10},
            vision_config={**small, "image_size": 32, "patch_size": 16, "projection_dim": 8},
            projection_dim=8,
        )
    )
    limit = -2.0 if blacks_out else 2.0  # a cosine is always above or always below
    torch.nn.init.constant_(checker.concept_embeds_weights, limit)
    torch.nn.init.constant_(checker.special_care_embeds_weights, limit)
    return checker
