"""Fathom Mini: transformers' DepthProForDepthEstimation with small widths, nothing of the network written twice."""

import torch
from transformers import DepthProConfig, DepthProForDepthEstimation

SIDE = 512  # pixels of the square the network sees
PATCH_SIDE = 128  # pixels of an encoder's crop: 8 x 8 tokens of 16 pixels


def config(width=192, layers=8, heads=3, decoder=48, hooks=(5, 2)):
    """Depth Pro's geometry at a third: 25 + 9 + 1 crops of 128 pixels. `hooks` are block indices, deep to shallow."""
    encoder = {
        "model_type": "dinov2",
        "hidden_size": width,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "mlp_ratio": 4,
        "patch_size": 16,
        "image_size": PATCH_SIDE,
        "use_mask_token": False,
        "drop_path_rate": 0.0,
    }
    return DepthProConfig(
        fusion_hidden_size=decoder,
        patch_size=PATCH_SIDE,
        intermediate_hook_ids=list(hooks),
        intermediate_feature_dims=[decoder, decoder],
        scaled_images_ratios=[0.25, 0.5, 1],
        scaled_images_overlap_ratios=[0.0, 0.5, 0.25],
        scaled_images_feature_dims=[2 * decoder] * 2 + [decoder],
        merge_padding_value=1,
        use_batch_norm_in_fusion_residual=False,
        use_bias_in_fusion_residual=True,
        use_fov_model=True,
        num_fov_head_layers=2,
        image_model_config=dict(encoder),
        patch_model_config=dict(encoder),
        fov_model_config=dict(encoder),
    )


def build(seed=0, **sizes):
    """A fresh network in float32 whose activations start near unit size and whose outputs start alive.

    transformers' initialisation lets the decoder grow to hundreds before any training; see `level`.
    """
    torch.manual_seed(seed)
    model = DepthProForDepthEstimation(config(**sizes))
    pass_through(model.fusion_stage)
    level(model)
    with torch.no_grad():
        model.head.layers[4].bias.fill_(0.3)
        model.fov_model.head.layers[4].bias.fill_(60.0)
    return model


@torch.no_grad()
def pass_through(fusion_stage):
    """Lets every decoder level begin as its input repeated to twice the side: what lower levels know arrives."""
    for layer in (*fusion_stage.intermediate, fusion_stage.final):
        same = torch.eye(layer.projection.in_channels)[:, :, None, None]
        layer.projection.weight.copy_(same)
        layer.projection.bias.zero_()
        if layer.use_deconv:
            layer.deconv.weight.copy_(same.expand_as(layer.deconv.weight))


@torch.no_grad()
def level(model):
    """Scales the convolutions behind the encoders to unit output on noise (residual ends 0.2, the last one 0.05).

    What the three upper decoder levels add to the lower two begins at a tenth; their connections stay as they are.
    """
    neck, fusion = "depth_pro.neck.", "fusion_stage."
    wanted = {"head.layers.4": 0.05, neck + "feature_upsample.intermediate.1.layers.3": 0.1}
    wanted |= {f"{neck}feature_projection.projections.{level}": 0.1 for level in (2, 3)}
    wanted |= {
        f"{fusion}{level}.residual_layer{i}.convolution2": 0.02
        for level in ("intermediate.2", "intermediate.3", "final")
        for i in (1, 2)
    }

    def scale(name):
        def hook(module, inputs, output):
            goal = wanted.get(name, 0.2 if name.endswith("convolution2") else 1.0)
            factor = goal / output.std().clamp(min=1e-6)
            module.weight.mul_(factor)
            return output * factor

        return hook

    layers = [
        (n, m)
        for n, m in model.named_modules()
        if isinstance(m, (torch.nn.Conv2d, torch.nn.ConvTranspose2d))
        and "embeddings" not in n
        and not (n.startswith(fusion) and n.endswith(("deconv", "projection")))
        and n != "fov_model.head.layers.4"
    ]  # that one gives a single number
    hooks = [module.register_forward_hook(scale(name)) for name, module in layers]
    model(pixel_values=torch.randn(1, 3, SIDE, SIDE))
    for hook in hooks:
        hook.remove()


def encoders(model):
    """The three vision transformers, by name."""
    return {
        "patch": model.depth_pro.encoder.patch_encoder.model,
        "image": model.depth_pro.encoder.image_encoder.model,
        "fov": model.fov_model.fov_encoder.model,
    }


def depth_parameters(model):
    """Names and parameters of everything but the field-of-view network and blocks that never run."""
    unused = ("fusion_stage.intermediate.0.residual_layer1.",)
    return [
        (n, p)
        for n, p in model.named_parameters()
        if not n.startswith(("fov_model.", *unused)) and "mask_token" not in n
    ]


def predict_inverse_depth(model, pixels):
    """Canonical inverse depth (B, S, S) of pixels (B, 3, S, S) in -1...1, without running the field-of-view network."""
    features = model.depth_pro(pixel_values=pixels, return_dict=True).features
    return model.head(model.fusion_stage(features)[-1])
