import OpenCLBackend
import TensorCore
import TestSupport
import Testing

/// Every operation on every device, against float64.
@Suite("OpenCL operations")
struct ParityTests {
    @Test(arguments: TestTarget.main, ProductCases.linear)
    func linear(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test(arguments: TestTarget.main, ProductCases.convolution)
    func convolution(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test(arguments: TestTarget.main, ProductCases.upsample)
    func upsampleConv(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test(arguments: TestTarget.main, ProductCases.subpixel)
    func subpixelConv(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test(arguments: TestTarget.main, TokenCases.attention)
    func attention(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test(arguments: TestTarget.main, TokenCases.layerNorm)
    func layerNorm(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test(arguments: TestTarget.main, TokenCases.mergeTokens)
    func mergeTokens(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test(arguments: TestTarget.main, TokenCases.concatenate)
    func concatenate(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test(arguments: TestTarget.main, ImageCases.prepareImage)
    func prepareImage(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test(arguments: TestTarget.main, ImageCases.downsample)
    func downsample(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test(arguments: TestTarget.main, ImageCases.embedPatches)
    func embedPatches(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }
}
