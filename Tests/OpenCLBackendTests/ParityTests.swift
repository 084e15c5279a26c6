import OpenCLBackend
import TensorCore
import TestSupport
import Testing

/// Every operation on every device, in both forms and precisions, against float64.
@Suite("OpenCL operations", .serialized)
struct ParityTests {
    @Test(arguments: TestTarget.all, ProductCases.linear)
    func linear(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test(arguments: TestTarget.all, ProductCases.convolution)
    func convolution(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test(arguments: TestTarget.all, ProductCases.upsample)
    func upsampleConv(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test(arguments: TestTarget.all, ProductCases.subpixel)
    func subpixelConv(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test(arguments: TestTarget.all, TokenCases.attention)
    func attention(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test(arguments: TestTarget.all, TokenCases.layerNorm)
    func layerNorm(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test(arguments: TestTarget.all, TokenCases.mergeTokens)
    func mergeTokens(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test(arguments: TestTarget.all, TokenCases.concatenate)
    func concatenate(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test(arguments: TestTarget.all, ImageCases.prepareImage)
    func prepareImage(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test(arguments: TestTarget.all, ImageCases.downsample)
    func downsample(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }

    @Test(arguments: TestTarget.all, ImageCases.embedPatches)
    func embedPatches(target: TestTarget, shape: OperationCase) throws { try target.check(shape) }
}
