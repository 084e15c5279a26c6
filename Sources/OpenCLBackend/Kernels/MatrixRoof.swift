import OpenCLKernels
package import TensorCore

/// The loop of `roof_matrix.cl`: multiplications of a matrix unit and nothing else, on the tiles that large products have.
package struct MatrixRoof {
    private let tile: ProductTile
    private let storage: DataType

    /// - Parameters:
    ///   - limits: of a device whose products have a form for matrix units, emulated or not.
    ///   - storage: of the factors: float16 or bfloat16.
    package init(_ limits: KernelLimits, storage: DataType = .float16) {
        self.storage = storage
        var limits = limits
        limits.enoughGroups = 1
        tile = ProductTile(rows: 1024, columns: 1024, phases: 1, limits)
    }

    package var groupSize: Int { tile.groupSize }

    /// Floating-point operations of a work-group in a round.
    package var flopCount: Int { 2 * tile.rows * tile.panel * MatrixUnit.depth }

    /// The program; also one of those that `scripts/check-kernels` compiles.
    package var variant: KernelVariant {
        let program = MatrixProgram(tile.form)
        let sizes = tile.constants.filter { $0.key != "STAGES" }
        return KernelVariant(
            (program?.sources ?? []) + [.roofMatrix], "multiply_units",
            (program?.constants ?? [:]).merging(sizes) { $1 }.merging(["STORAGE": storage.kernelValue]) { $1 })
    }

    func kernel(_ context: OpenCLContext) throws(OpenCLError) -> Kernel {
        let text = variant.text
        guard let program = try context.build([text])[text] else { preconditionFailure("a build gives every program") }
        return try Kernel(program, variant.name)
    }

    /// Runs a single work-group.
    ///
    /// - Returns: the sum of all that its items added up: ``flopCount`` / 2 times 2^-14 for each round.
    package func total(rounds: UInt32, on context: OpenCLContext) throws(OpenCLError) -> Double {
        let totals = try DeviceMemory(context, byteCount: groupSize * 4, purpose: "a matrix unit's sums")
        let kernel = try kernel(context)
        try kernel.setArguments([.memory(totals), .uint(rounds)])
        try context.computeQueue.launch(kernel, global: [groupSize], local: [groupSize])
        try context.computeQueue.finish()
        return try context.computeQueue.read(totals, count: groupSize, repeating: Float.zero)
            .reduce(0) { $0 + Double($1) }
    }
}
