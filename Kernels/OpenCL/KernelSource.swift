/// A kernel file, by its name without `.cl`. Every file lies in `Sources` beside this one and is embedded in the binary.
///
/// A file holds one operation, or what several have in common; `docs/kernels.md` tells the grammar of their names.
package enum KernelSource: String, CaseIterable, Sendable {
    case common, group
    case product
    case productTile = "product_tile"
    case productVector = "product_vector"
    case productNarrow = "product_narrow"
    case productMatrix = "product_matrix"
    case linear
    case conv2D = "conv2d"
    case upsampleConv = "upsample_conv"
    case subpixelConv = "subpixel_conv"
    case embedPatches = "embed_patches"
    case attention
    case attentionTile = "attention_tile"
    case attentionVector = "attention_vector"
    case attentionMatrix = "attention_matrix"
    case matrixTile = "matrix_tile"
    case matrixNVIDIA = "matrix_nvidia"
    case matrixMMA = "matrix_mma"
    case matrixWGMMA = "matrix_wgmma"
    case matrixAMD = "matrix_amd"
    case matrixIntel = "matrix_intel"
    case matrixPlain = "matrix_plain"
    case matrixEmulation = "matrix_emulation"
    case layerNorm = "layer_norm"
    case layerNormTile = "layer_norm_tile"
    case layerNormVector = "layer_norm_vector"
    case prepareImage = "prepare_image"
    case downsample
    case mergeTokens = "merge_tokens"
    case concatenate
    case loadFloats = "load_floats"
    case storeFloats = "store_floats"
    case packWeights = "pack_weights"
    case copy, roof
    case roofMatrix = "roof_matrix"

    /// The OpenCL C of the file.
    package var text: String {
        let bytes =
            switch self {
            case .common: PackageResources.common_cl
            case .group: PackageResources.group_cl
            case .product: PackageResources.product_cl
            case .productTile: PackageResources.product_tile_cl
            case .productVector: PackageResources.product_vector_cl
            case .productNarrow: PackageResources.product_narrow_cl
            case .productMatrix: PackageResources.product_matrix_cl
            case .linear: PackageResources.linear_cl
            case .conv2D: PackageResources.conv2d_cl
            case .upsampleConv: PackageResources.upsample_conv_cl
            case .subpixelConv: PackageResources.subpixel_conv_cl
            case .embedPatches: PackageResources.embed_patches_cl
            case .attention: PackageResources.attention_cl
            case .attentionTile: PackageResources.attention_tile_cl
            case .attentionVector: PackageResources.attention_vector_cl
            case .attentionMatrix: PackageResources.attention_matrix_cl
            case .matrixTile: PackageResources.matrix_tile_cl
            case .matrixNVIDIA: PackageResources.matrix_nvidia_cl
            case .matrixMMA: PackageResources.matrix_mma_cl
            case .matrixWGMMA: PackageResources.matrix_wgmma_cl
            case .matrixAMD: PackageResources.matrix_amd_cl
            case .matrixIntel: PackageResources.matrix_intel_cl
            case .matrixPlain: PackageResources.matrix_plain_cl
            case .matrixEmulation: PackageResources.matrix_emulation_cl
            case .layerNorm: PackageResources.layer_norm_cl
            case .layerNormTile: PackageResources.layer_norm_tile_cl
            case .layerNormVector: PackageResources.layer_norm_vector_cl
            case .prepareImage: PackageResources.prepare_image_cl
            case .downsample: PackageResources.downsample_cl
            case .mergeTokens: PackageResources.merge_tokens_cl
            case .concatenate: PackageResources.concatenate_cl
            case .loadFloats: PackageResources.load_floats_cl
            case .storeFloats: PackageResources.store_floats_cl
            case .packWeights: PackageResources.pack_weights_cl
            case .copy: PackageResources.copy_cl
            case .roof: PackageResources.roof_cl
            case .roofMatrix: PackageResources.roof_matrix_cl
            }
        return String(decoding: bytes, as: UTF8.self)
    }
}
