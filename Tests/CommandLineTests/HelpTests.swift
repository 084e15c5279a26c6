import TestSupport
import Testing

@Suite("fathom: help and usage")
struct HelpTests {
    static let modelFlags = ["--model", "--device", "--threads", "--micro-batch", "--precision", "--plain-graph"]

    @Test(
        "every flag is explained",
        arguments: [
            (
                "depth",
                modelFlags + [
                    "--focal-px", "--focal-35mm", "--fov", "--format", "--png16-scale", "-o, --output",
                    "--skip-existing", "--max-pixels", "--json", "npz", "png16", "color", "exr, pfm, tiff",
                    "mm, kitti, tum",
                ]
            ), ("plan", modelFlags + ["--json"]), ("devices", ["--json"]),
            (
                "evaluate",
                [
                    "--pred", "--gt", "--data", "--model", "--device", "--threads", "--focal", "--preset", "--min",
                    "--max", "--crop", "--align", "--inverse-depth", "--png-scale", "--masks", "--list", "--limit",
                    "--baselines", "--constant-depth", "--mean-map", "--max-pixels", "--csv", "--json",
                    "--per-image", "kitti-eigen", "eigen-nyu", "least-squares", "spring",
                ]
            ),
        ])
    func flags(command: String, flags: [String]) throws {
        for arguments in [[command, "--help"], ["help", command]] {
            let result = try execute(CommandLineTool.path, arguments, in: nil)
            #expect(result.status == 0 && result.errors.isEmpty)
            let options = try #require(result.output.split(separator: "OPTIONS:").last)
            for flag in flags { #expect(options.contains(flag), "\(flag) of \(command)") }
            #expect(result.output.hasPrefix("OVERVIEW: "))
        }
    }

    @Test("the commands are listed", arguments: ["--help", "help"])
    func commands(argument: String) throws {
        let result = try CommandLineTool.run(argument)
        #expect(result.status == 0)
        for command in ["depth", "evaluate", "plan", "devices", "profile", "bench", "tune"] {
            #expect(result.output.contains("\n  \(command) "))
        }
    }

    /// Arguments and what the message must hold.
    static let mistakes: [([String], String)] = [
        (["dept"], "dept"), (["depth", "--model", "m"], "photo-or-folder"),
        (["devices", "a"], "Unexpected"),
        (["depth", "a.jpg", "--model", "m", "--colour"], "--colour"),
        (["depth", "a.jpg", "--model", "m", "--format", "npz,exrs"], "npz,exrs"),
        (["depth", "a.jpg", "--model", "m", "--format", ""], "--format"),
        (["depth", "a.jpg", "--model", "m", "--format", "npz,"], "npz,"),
        (["depth", "a.jpg", "--model", "m", "--format", "NPZ color"], "--format"),
        (["depth", "a.jpg", "--model", "m", "--png16-scale", "cm"], "mm, kitti, tum"),
        (["depth", "a.jpg", "--model", "m", "--png16-scale", "0"], "'0'"),
        (["depth", "a.jpg", "--model", "m", "--max-pixels", "0"], "--max-pixels"),
        (["depth", "a.jpg", "--model", "m", "--device", "gpu"], "choose auto, cpu, opencl, opencl:NUMBER"),
        (["depth", "a.jpg", "--model", "m", "--precision", "f8"], "choose f32, f16, bf16 or int8"),
        (["depth", "a.jpg", "--model", "m", "--threads", "0"], "0 threads"),
        (["depth", "a.jpg", "--model", "m", "--threads", "many"], "many"),
        (["plan", "--model", "m", "--micro-batch", "0"], "0 crops"),
        (["depth", "a.jpg", "--model", "m", "--focal-px", "450", "--fov", "60"], "only one of"),
        (["depth", "a.jpg", "--model", "m", "--focal-px", "450", "--focal-35mm", "26"], "only one of"),
        (["depth", "a.jpg", "--model", "m", "--focal-35mm", "26", "--fov", "60"], "only one of"),
        (["depth", "a.jpg", "--model", "m", "--focal-px", "0"], "focal length in pixels"),
        (["depth", "a.jpg", "--model", "m", "--focal-px", "nan"], "focal length in pixels"),
        (["depth", "a.jpg", "--model", "m", "--focal-px", "1e-300"], "focal length in pixels"),
        (["depth", "a.jpg", "--model", "m", "--focal-35mm=-26"], "35 mm"),
        (["depth", "a.jpg", "--model", "m", "--fov", "180"], "field of view"),
        (["depth", "a.jpg", "--model", "m", "--fov", "1e-320"], "field of view"),
    ]

    @Test("mistakes exit with 64 and say what is wrong", arguments: mistakes)
    func mistake(arguments: [String], word: String) throws {
        let result = try execute(CommandLineTool.path, arguments, in: nil)
        #expect(result.status == 64)
        #expect(result.output.isEmpty)
        #expect(result.errors.hasPrefix("Error: ") && result.errors.contains(word), "\(result.errors)")
    }
}
