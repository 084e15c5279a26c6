import ArgumentParser
import Fathom

/// The model that `fathom evaluate` measures, if it is no folder of files.
struct MeasuredModelArguments: ParsableArguments {
    @Option(
        name: .long, help: ArgumentHelp("The model to measure: what fathom depth --model takes.", valueName: "path"))
    var model: String?

    @OptionGroup var run: RunArguments

    @Option(
        name: .long,
        help: "The focal length that a model's depth stands on: true (NAME.json, preset), estimated or both.")
    var focal: FocalUse = .both

    var options: DepthEstimator.Options { run.options }
}

/// A focal length by its name on the command line.
enum FocalUse: String, ExpressibleByArgument, CaseIterable {
    case known = "true"
    case estimated, both

    var option: EvaluationOptions.FocalLengthUse {
        switch self {
        case .known: .known
        case .estimated: .estimated
        case .both: .both
        }
    }
}

/// How `fathom evaluate` measures.
struct MeasureArguments: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "A data set's layout, encoding, range and crop: \(EvaluationOptions.presets.joined(separator: ", ")).",
            valueName: "name"))
    var preset: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Nothing nearer counts. (default: the preset's, or 0.1)", valueName: "metres"))
    var min: Double?

    @Option(
        name: .long, help: ArgumentHelp("Nothing farther counts. (default: the preset's, or 80)", valueName: "metres"))
    var max: Double?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Which pixels are scored: \(EvaluationOptions.crops.joined(separator: ", ")). (default: the preset's, or none)",
            valueName: "name"))
    var crop: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "How predictions are fitted to the truth before they are scored: \(EvaluationOptions.alignments.joined(separator: ", ")).",
            valueName: "name"))
    var align: String = "none"

    @Flag(name: .long, help: "Predicted files hold inverse depth.")
    var inverseDepth = false

    @Option(
        name: .customLong("png-scale"),
        help: ArgumentHelp(
            "Steps for a metre in 16-bit PNGs: mm, kitti, tum or a number. (default: what they state)",
            valueName: "scale"))
    var pngScale: String?

    @Option(name: .long, help: ArgumentHelp("Foreground masks, for boundary recall.", valueName: "folder"))
    var masks: String?

    @Option(name: .long, help: ArgumentHelp("Use the images that a text file lists, one a line.", valueName: "file"))
    var list: String?

    @Option(name: .long, help: ArgumentHelp("Use only the first images.", valueName: "count"))
    var limit: Int?

    @Flag(name: .long, help: "Measure a constant depth and, with --mean-map, a mean map as well.")
    var baselines = false

    @Option(
        name: .long,
        help: ArgumentHelp("The constant. (default: the mean map's, or the data's median)", valueName: "metres"))
    var constantDepth: Double?

    @Option(
        name: .long,
        help: ArgumentHelp("Mean canonical inverse depth of training images, .npz or .npy.", valueName: "file"))
    var meanMap: String?

    @Option(name: .long, help: ArgumentHelp("The largest photograph or depth to read.", valueName: "pixels"))
    var maxPixels: Int = Photograph.defaultMaximumPixelCount

    func options(focal: FocalUse) throws -> EvaluationOptions {
        var options = EvaluationOptions()
        options.preset = preset
        options.nearestMetres = min
        options.farthestMetres = max
        options.crop = crop
        options.alignment = align
        options.isInverseDepth = inverseDepth
        options.pngScale = try pngScale.map { try PNG16Scale($0) }
        options.focalLength = focal.option
        options.hasBaselines = baselines || constantDepth != nil || meanMap != nil
        options.constantDepthMetres = constantDepth
        options.meanMap = meanMap
        options.masks = masks
        options.list = list
        options.limit = limit
        options.maximumPixelCount = maxPixels
        return options
    }
}
