package import TensorCore

/// Turns the decoder's finest map into canonical inverse depth at the network's full size: [1, side, side, 1], not
/// negative, and exactly zero where the network sees infinity. Mirrors `DepthPro.head`.
package struct DepthHead {
    let scope: ModelScope
    let fusionWidth: Int

    package init(_ scope: ModelScope, fusionWidth: Int) {
        self.scope = scope
        self.fusionWidth = fusionWidth
    }

    package func callAsFunction(_ x: Value) -> Value {
        let reduced = scope.conv2D("0", x, outputs: fusionWidth / 2, hasBias: true)
        let upsampled = scope.upsampleConv("1", reduced, outputs: fusionWidth / 2, hasBias: true)
        let features = scope.conv2D("2", upsampled, outputs: 32, hasBias: true, activation: .relu)
        return scope.conv1x1("4", features, outputs: 1, hasBias: true, activation: .relu)
    }
}
