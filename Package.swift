// swift-tools-version: 6.3
import PackageDescription

/// Every Swift target builds in Swift 6 mode with warnings as errors and explicit import visibility.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableExperimentalFeature("Lifetimes"),
    .treatAllWarnings(as: .error),
]

/// Targets that never touch a raw pointer also build with strict memory safety: a stray pointer is an error.
let safe: [SwiftSetting] = strict + [.strictMemorySafety()]

let package = Package(
    name: "fathom",
    products: [
        .library(name: "Fathom", targets: ["Fathom"]),
        .executable(name: "fathom", targets: ["FathomCLI"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        // C modules: nothing of ours above them.
        .systemLibrary(name: "LibVips", pkgConfig: "vips", providers: [.apt(["libvips-dev"])]),
        .systemLibrary(name: "LibJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
        .systemLibrary(name: "LibTIFF", pkgConfig: "libtiff-4", providers: [.apt(["libtiff-dev"])]),
        .target(name: "CVips", dependencies: ["LibVips", "LibJPEG", "LibTIFF"]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "LibOpenEXR", pkgConfig: "OpenEXR", providers: [.apt(["libopenexr-dev"])]),
        .target(name: "COpenEXR", dependencies: ["LibOpenEXR"]),
        .target(name: "CPUKernels", path: "Kernels/CPU"),
        .target(name: "COpenCL", linkerSettings: [.linkedLibrary("dl")]),
        .target(
            name: "OpenCLKernels", path: "Kernels/OpenCL",
            resources: [.embedInCode("Sources"), .embedInCode("Tuning")], swiftSettings: safe),

        // The engine.
        .target(name: "Machine", swiftSettings: strict),
        .target(name: "TensorCore", swiftSettings: safe),
        .target(name: "Archives", dependencies: ["CZlib"], swiftSettings: safe),
        .target(name: "Weights", dependencies: ["TensorCore", "Archives"], swiftSettings: safe),
        .target(
            name: "CPUBackend", dependencies: ["TensorCore", "Machine", "CPUKernels"], swiftSettings: strict),
        .target(
            name: "OpenCLBackend", dependencies: ["TensorCore", "Machine", "OpenCLKernels", "COpenCL"],
            swiftSettings: strict),
        .target(name: "Models", dependencies: ["TensorCore", "Weights"], swiftSettings: safe),
        .target(name: "Scheduler", swiftSettings: safe),
        .target(
            name: "Imaging", dependencies: ["Archives", "Machine", "CVips", "COpenEXR"], swiftSettings: strict),
        .target(name: "Evaluation", swiftSettings: safe),
        .target(name: "DataSets", dependencies: ["Imaging", "Evaluation"], swiftSettings: safe),
        .target(name: "Profiling", dependencies: ["TensorCore"], swiftSettings: safe),

        // The public face and what stands on it.
        .target(
            name: "Fathom",
            dependencies: [
                "TensorCore", "Weights", "CPUBackend", "OpenCLBackend", "Models", "Scheduler", "Imaging", "Profiling",
                "Evaluation", "DataSets",
            ],
            swiftSettings: safe),
        .executableTarget(
            name: "FathomCLI",
            dependencies: ["Fathom", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: safe),

        .executableTarget(
            name: "DepthOfOnePhotograph", dependencies: ["Fathom"], path: "Examples/DepthOfOnePhotograph",
            swiftSettings: strict),

        // Tests.
        .target(name: "TestSupport", dependencies: ["TensorCore"], path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(name: "MachineTests", dependencies: ["Machine", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "TensorCoreTests", dependencies: ["TensorCore", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "WeightsTests", dependencies: ["Weights", "TensorCore", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "CPUBackendTests", dependencies: ["CPUBackend", "Machine", "TensorCore", "TestSupport"],
            swiftSettings: strict),
        .target(name: "FakeOpenCL", dependencies: ["COpenCL"], path: "Tests/FakeOpenCL"),
        .testTarget(
            name: "OpenCLBackendTests",
            dependencies: [
                "OpenCLBackend", "OpenCLKernels", "COpenCL", "FakeOpenCL", "CPUBackend", "Models", "Weights",
                "TensorCore",
                "TestSupport",
            ],
            exclude: ["Samples"], swiftSettings: strict),
        .testTarget(
            name: "ModelsTests", dependencies: ["Models", "CPUBackend", "Weights", "TensorCore", "TestSupport"],
            exclude: ["Snapshots"], swiftSettings: strict),
        .testTarget(
            name: "ImagingTests", dependencies: ["Imaging", "Archives", "TestSupport"], exclude: ["Fixtures"],
            swiftSettings: strict),
        .testTarget(name: "EvaluationTests", dependencies: ["Evaluation", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "DataSetsTests", dependencies: ["DataSets", "Evaluation", "Imaging", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "SchedulerTests", dependencies: ["Scheduler", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "ProfilingTests",
            dependencies: ["Profiling", "CPUBackend", "CPUKernels", "Models", "TensorCore", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "FathomTests", dependencies: ["Fathom", "Imaging", "OpenCLBackend", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "CommandLineTests",
            dependencies: ["FathomCLI", "Imaging", "Models", "OpenCLBackend", "TensorCore", "TestSupport"],
            swiftSettings: strict),
    ]
)
