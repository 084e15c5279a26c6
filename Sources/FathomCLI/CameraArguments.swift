import ArgumentParser
import Fathom

/// What is known of the camera; at most one of them.
struct CameraArguments: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The focal length in pixels.", valueName: "pixels"))
    var focalPx: Double?

    @Option(
        name: .customLong("focal-35mm"),
        help: ArgumentHelp("The focal length as its 35 mm equivalent.", valueName: "millimetres"))
    var focal35mm: Double?

    @Option(name: .long, help: ArgumentHelp("The horizontal field of view.", valueName: "degrees"))
    var fov: Double?

    func validate() throws {
        guard [focalPx, focal35mm, fov].compactMap(\.self).count <= 1 else {
            throw ValidationError("give only one of --focal-px, --focal-35mm and --fov")
        }
        do { _ = try focalLength?.pixels(width: 1, height: 1) } catch { throw ValidationError("\(error)") }
    }

    var focalLength: KnownFocalLength? {
        focalPx.map { .pixels($0) } ?? focal35mm.map { .equivalent35mm($0) }
            ?? fov.map { .horizontalFieldOfViewDegrees($0) }
    }
}
