import Imaging
import Testing

@Suite("Turbo of inverse depth")
struct ColorMapTests {
    private func colours(_ metres: [Float]) throws -> [[UInt8]] {
        let image = try ColorMap.turbo(inverseDepthOf: DepthImage(width: metres.count, height: 1, metres: metres))
        return metres.indices.map { image.colour($0, 0) }
    }

    /// A depth whose inverse lies `fraction` of the way from 1/250 to 1/0.1.
    private func depth(_ fraction: Float) -> Float {
        1 / (0.004 + fraction * (10 - 0.004))
    }

    @Test("The colours are matplotlib's")
    func matplotlib() throws {
        // matplotlib 3.11, (colormaps["turbo"](i)[:3] * 255).astype(uint8)
        let expected: [(Int, [UInt8])] = [
            (1, [49, 21, 66]), (64, [40, 187, 235]), (127, [161, 252, 61]), (128, [164, 252, 59]),
            (192, [250, 125, 32]),
            (254, [125, 5, 2]),
        ]
        let depths = expected.map { depth((Float($0.0) + 0.5) / 256) }
        let colours = try colours([0.1, 250] + depths)
        #expect(colours[0] == [122, 4, 2])
        #expect(colours[1] == [48, 18, 59])
        #expect(Array(colours[2...]) == expected.map(\.1))
    }

    @Test("Nearer than 0.1 m and beyond 250 m there is one colour each")
    func limits() throws {
        let colours = try colours([1e-4, 0.05, 0.1, 250, 1000, 10000])
        #expect(colours[0] == colours[2] && colours[1] == colours[2])
        #expect(colours[4] == colours[3] && colours[5] == colours[3])
    }

    @Test("The image's own extremes span the map")
    func ownExtremes() throws {
        let colours = try colours([2, 3, 4])
        #expect(colours[0] == [122, 4, 2])
        #expect(colours[2] == [48, 18, 59])
        // (1/3 - 1/4) / (1/2 - 1/4) = 1/3: entry 85.
        #expect(colours[1] == [26, 228, 182])
    }

    @Test("A flat image has one colour, unknown pixels are black")
    func flat() throws {
        let colours = try colours([5, .nan, 5, 0, .infinity, -1])
        #expect(colours == [[48, 18, 59], [0, 0, 0], [48, 18, 59], [0, 0, 0], [0, 0, 0], [0, 0, 0]])
        #expect(try self.colours([.nan, 0]) == [[0, 0, 0], [0, 0, 0]])
    }
}
