import ArgumentParser
import Fathom
import Foundation

/// `fathom depth`: writes a depth map for every photograph.
struct DepthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "depth",
        abstract: "Write a metric depth map for every photograph.",
        discussion: """
            Folders are walked and their structure is kept below --output. A photograph that cannot be read is \
            reported and skipped; the exit status then is 1. Without a focal length on the command line the \
            photograph's EXIF data is used, and without that the network's own estimate. Results replace those of \
            earlier runs; where another file of that name lies, the photograph is reported and skipped.
            """)

    @Argument(help: ArgumentHelp("Photographs and folders of photographs.", valueName: "photo-or-folder"))
    var paths: [String]

    @OptionGroup var model: ModelArguments
    @OptionGroup var camera: CameraArguments

    @Option(
        name: .long,
        help: ArgumentHelp(
            "What to write: npz, png16, color, exr, pfm, tiff; several with commas. (default: npz,color)",
            valueName: "list"),
        transform: FormatList.init)
    var format = FormatList([.npz, .color])

    @Option(
        name: .customLong("png16-scale"),
        help: ArgumentHelp("Steps for a metre in the 16-bit PNG: mm, kitti, tum or a number.", valueName: "scale"))
    var png16Scale: String = "mm"

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Where results go. (default: beside each photograph)", valueName: "folder"))
    var output: String?

    @Flag(name: .long, help: "Skip photographs whose results all exist.")
    var skipExisting = false

    @Flag(name: .long, help: "Replace files that Fathom did not write, too.")
    var overwrite = false

    @Option(name: .long, help: ArgumentHelp("The largest photograph to decode.", valueName: "pixels"))
    var maxPixels: Int = Photograph.defaultMaximumPixelCount

    @Flag(name: .long, help: "One JSON object for each photograph, a line each (docs/results.md has the keys).")
    var json = false

    func validate() throws {
        guard !paths.isEmpty else { throw ValidationError("give at least one photograph or folder") }
        guard maxPixels > 0 else { throw ValidationError("--max-pixels must be positive") }
        do { _ = try PNG16Scale(png16Scale) } catch { throw ValidationError("\(error)") }
    }

    func run() throws {
        let found = DepthJob.find(paths, outputFolder: output)
        let isDone = { (job: DepthJob) in skipExisting && job.isDone(format.formats) }
        let jobs = found.jobs.filter { !isDone($0) }
        let reporter = DepthReporter(style: json ? .json : .text, jobCount: jobs.count)
        for failure in found.failures { reporter.fail(path: failure.path, failure.error) }
        reporter.skip(found.results, because: .isResult)
        reporter.skip(found.jobs.filter(isDone).map(\.photographPath), because: .isDone)
        if found.jobs.isEmpty && found.failures.isEmpty {
            throw FathomError(
                .unreadableImage,
                "there is no photograph in \(paths.joined(separator: ", ")); \(Photograph.formats) are read")
        }
        if !jobs.isEmpty {
            var options = BatchOptions()
            options.formats = format.formats
            options.png16Scale = try PNG16Scale(png16Scale)
            options.focalLength = camera.focalLength
            options.maximumPixelCount = maxPixels
            options.replacesForeignFiles = overwrite
            let estimator = try DepthEstimator(model: model.path(), options: model.options)
            // Told now rather than after the first photograph was computed.
            if let output { try createFolder(output) }
            reporter.warnOnce(estimator.deviceWarning)
            estimator.process(jobs, options: options) { job, result in
                reporter.warnOnce(estimator.deviceWarning)
                reporter.report(job, result)
            }
        }
        if !reporter.finish() { throw ExitCode.failure }
    }
}

private func createFolder(_ path: String) throws {
    do {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
        throw FathomError(.cannotWrite, "\(path): the folder cannot be created; check --output and its permissions")
    }
}

/// A comma-separated list of formats.
struct FormatList {
    let formats: [DepthFormat]

    init(_ formats: [DepthFormat]) { self.formats = formats }

    init(_ text: String) throws {
        formats = try text.split(separator: ",", omittingEmptySubsequences: false).reduce(into: []) { formats, name in
            guard let format = DepthFormat(rawValue: String(name)) else {
                let known = DepthFormat.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("there is no format '\(name)'; choose from \(known)")
            }
            if !formats.contains(format) { formats.append(format) }
        }
    }
}
