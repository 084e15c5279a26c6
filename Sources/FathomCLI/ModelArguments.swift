import ArgumentParser
import Fathom

/// Which model to run, and how; shared by the commands that load one.
struct ModelArguments: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            """
            The model: a folder with config.json and model.safetensors (Hugging Face), or Apple's depth_pro.pt. \
            (default: FATHOM_MODEL, or Fathom Mini where its folder Models/mini lies beside the program)
            """,
            valueName: "path"))
    var model: String?

    @OptionGroup var run: RunArguments

    var options: DepthEstimator.Options { run.options }

    /// The path of the model that is named, or of the one that runs where none is.
    func path() throws(FathomError) -> String {
        if let model { return model }
        let found = try DefaultModel.find()
        if found.isMini {
            writeError("fathom: no --model: Fathom Mini runs, a demonstration that knows made-up scenes only")
        }
        return found.path
    }
}

/// How to run a model.
struct RunArguments: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            """
            The device that runs it: auto, cpu, opencl (the best OpenCL device), opencl:NUMBER or opencl:NAME, as \
            `fathom devices` lists them. (default: FATHOM_DEVICE, or auto)
            """, valueName: "device"), transform: DeviceChoice.init)
    var device: DeviceChoice = .auto

    @Option(name: .long, help: "Threads of the CPU. (default: one on each usable core)")
    var threads: Int?

    @Option(
        name: .long,
        help: """
            Crops that go through the encoders together, 1 to 35; more counts as 35, the patches of a photograph. More \
            crops take more memory, and fewer passes over the weights. \
            (default: 5, on OpenCL devices 35; fewer where memory is short)
            """)
    var microBatch: Int?

    @Option(
        name: .long,
        help: """
            The arithmetic: f32; bf16, in half the memory, and about twice as fast on processors with its instructions; \
            on OpenCL devices also f16, in half the memory and finer; on the CPU also int8, the fastest and coarsest. \
            (default: f32)
            """,
        transform: Precision.init)
    var precision: Precision = .float32

    @Flag(name: .long, help: "Run the network as published, without fusing convolutions.")
    var plainGraph = false

    func validate() throws {
        do { try options.validate() } catch { throw ValidationError("\(error)") }
    }

    var options: DepthEstimator.Options {
        var options = DepthEstimator.Options()
        options.device = device
        options.threadCount = threads
        options.microBatch = microBatch
        options.precision = precision
        options.fusesOperations = !plainGraph
        return options
    }
}
