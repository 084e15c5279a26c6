import Imaging
import TestSupport
import Testing

@Suite("Photographs: mutated files")
struct PhotographMutationTests {
    @Test(
        "Three hundred mutations end in an image or an error",
        arguments: [
            "exif.jpg", "progressive.jpg", "cmyk.jpg", "plain.png", "profile-adobe.png", "exif.tif", "rgb16.tif",
            "lossless.webp", "plain.heic", "plain.avif",
        ])
    func mutations(_ name: String) throws {
        let original = try FixtureImage.bytes(name)
        let decoder = PhotographDecoder(maximumPixelCount: 1_000_000)
        var generator = SeededGenerator(seed: 0xFA7408)
        var (images, errors) = (0, 0)
        for _ in 0..<300 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                // Half of the changes go to the first bytes, where the headers are.
                let end = Bool.random(using: &generator) ? min(160, bytes.count) : bytes.count
                let position = Int.random(in: 0..<end, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[position] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                case 2: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: position)
                default: bytes.removeSubrange(position..<min(position + 9, bytes.count - 1))
                }
            }
            do {
                let image = try decoder.decode(bytes, name: name).image
                #expect(image.pixels.count == 3 * image.width * image.height)
                images += 1
            } catch {
                #expect(!error.description.isEmpty)
                errors += 1
            }
        }
        #expect(images + errors == 300)
        #expect(errors > 0, "the mutations reach the decoder")
    }
}
