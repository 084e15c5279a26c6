package import TensorCore

/// Fuses the five feature maps from the coarsest to the finest; mirrors Depth Pro's `MultiresConvDecoder`.
package struct DepthProDecoder {
    let scope: ModelScope
    let configuration: DepthProConfiguration

    package init(_ scope: ModelScope, _ configuration: DepthProConfiguration) {
        self.scope = scope
        self.configuration = configuration
    }

    /// What the decoder gives: the finest map, and the projection of the coarsest feature, which the field-of-view
    /// network reads.
    package struct Output {
        package let finest: Value
        package let lowResolution: Value
    }

    /// Fuses the encoder's upsampled features, the finest first.
    package func callAsFunction(_ features: [Value]) -> Output {
        let coarsest = features.count - 1
        let lowResolution = project(features[coarsest], level: coarsest)
        var x = fuse(lowResolution, skip: nil, level: coarsest)
        for level in stride(from: coarsest - 1, through: 0, by: -1) {
            x = fuse(x, skip: project(features[level], level: level), level: level)
        }
        return Output(finest: x, lowResolution: lowResolution)
    }

    /// A feature of the decoder's own width passes as it is, at the finest level only.
    private func project(_ feature: Value, level: Int) -> Value {
        if level == 0 && scope.shape(feature).channels == configuration.fusionWidth { return feature }
        return scope["convs"].conv2D(String(level), feature, outputs: configuration.fusionWidth, hasBias: false)
    }

    /// `FeatureFusionBlock2d`: x + unit1(skip), unit2, twice the size (not at the finest level), a linear map.
    private func fuse(_ x: Value, skip: Value?, level: Int) -> Value {
        let m = scope["fusions"][level]
        var x = x
        if let skip { x = residualUnit(m["resnet1"], skip, adding: x) }
        x = residualUnit(m["resnet2"], x)
        if level > 0 { x = m.upsampleConv("deconv", x, outputs: configuration.fusionWidth, hasBias: false) }
        return m.conv1x1("out_conv", x, outputs: configuration.fusionWidth, hasBias: true)
    }

    /// y + conv(relu(conv(relu(y)))), and what else is to be added to it.
    private func residualUnit(_ m: ModelScope, _ y: Value, adding other: Value? = nil) -> Value {
        let (width, hasBias) = (configuration.fusionWidth, configuration.hasFusionBias)
        let inner = m["residual"].conv2D(
            "1", y, outputs: width, hasBias: hasBias, rectifiesInput: true, activation: .relu)
        return m["residual"].conv2D(
            "3", inner, outputs: width, hasBias: hasBias, residuals: [other].compactMap(\.self) + [y])
    }
}
