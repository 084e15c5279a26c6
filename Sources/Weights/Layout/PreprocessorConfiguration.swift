import Foundation

/// `preprocessor_config.json` says how a photograph becomes the network's input. Depth Pro has one way, which the
/// engine implements; this checks that a checkpoint does not ask for another.
enum PreprocessorConfiguration {
    /// Throws unless the file asks for the usual way to the network's square input of side `imageSize`, in pixels.
    static func check(jsonPath path: String, imageSize: Int) throws(CheckpointError) {
        let members = try JSONValue.objectFile(URL(fileURLWithPath: path))
        do throws(FormatFault) {
            try check(ConfigurationFields(members), members, imageSize)
        } catch {
            throw error.at(path)
        }
    }

    private static func check(
        _ fields: ConfigurationFields, _ members: [String: JSONValue], _ imageSize: Int
    ) throws(FormatFault) {
        for step in ["do_resize", "do_rescale", "do_normalize"] { try fields.require(step, true) }
        for statistic in ["image_mean", "image_std"] {
            // One number for all channels, or one each.
            let value = members[statistic] ?? .null
            let numbers = (value.array ?? [value]).map(\.double)
            guard value == .null || numbers.allSatisfy({ $0 == 0.5 }) && [1, 3].contains(numbers.count) else {
                throw fields.fault(statistic, "must be 0.5 for every channel")
            }
        }
        let factor = try fields.number("rescale_factor", default: 1.0 / 255)
        guard abs(factor * 255 - 1) <= 1e-6 else { throw fields.fault("rescale_factor", "is \(factor), not 1/255") }
        // PIL's number for bilinear.
        let filter = try fields.integer("resample", in: 0...5, default: 2)
        guard filter == 2 else { throw fields.fault("resample", "is \(filter); only 2 (bilinear) is supported") }
        let size = try fields.nested("size")
        for side in ["height", "width"] {
            let pixels = try size.count(side, default: imageSize)
            guard pixels == imageSize else {
                throw size.fault(side, "is \(pixels); the network's patches need \(imageSize)")
            }
        }
    }
}
