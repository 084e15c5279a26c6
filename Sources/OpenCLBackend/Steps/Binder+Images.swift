import OpenCLKernels
import TensorCore

extension Binder {
    func prepareImage(_ op: PrepareImage, _ node: Node) -> Launch {
        guard let input = plan.inputs.firstIndex(where: { $0.value == node.inputs[0] }) else {
            preconditionFailure("\(node.scope): prepareImage reads a photograph")
        }
        return Launch(
            variant([.prepareImage], "prepare_image"),
            [
                .photograph(input: input), .arena, .element(element(node.output)), .height(input: input),
                .width(input: input), .count(op.side),
            ], elements: op.side * op.side)
    }

    func downsample(_ op: Downsample, _ node: Node) -> Launch {
        let y = plan.shape(node.output)
        return Launch(
            variant([.downsample], "downsample"),
            [
                .arena, .element(element(node.inputs[0])), .element(element(node.output)), .count(y[0] * y[1]),
                .count(y[2]), .count(y[3]), .count(op.factor),
            ], elements: y.elementCount)
    }
}
