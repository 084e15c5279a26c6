package import TensorCore

/// A roofline: arithmetic rate over arithmetic intensity, both logarithmic, under the measured roofs of the device. A
/// row of the table is a disc whose area stands for its share of the time, numbered as in the list beside the chart.
package struct RooflineChart {
    static let plot = Box(left: 84, top: 92, right: 724, bottom: 564)

    /// Rows that took less of the time are not drawn.
    static let leastShare = 0.001

    let table: ProfileTable
    let roof: DeviceRoof
    private let title: String
    private let subtitle: String
    private let x: LogAxis
    private let y: LogAxis
    /// Rows with arithmetic to count, the longest first; the others have no place on a logarithmic axis. Rows that take
    /// next to no time would only stretch it.
    let drawn: [ProfileTable.Row]

    /// - Parameters:
    ///   - table: what to draw.
    ///   - roof: of the device that the table's times come from.
    ///   - title: the first line.
    ///   - subtitle: the second line.
    package init(_ table: ProfileTable, roof: DeviceRoof, title: String, subtitle: String) {
        self.table = table
        self.roof = roof
        self.title = title
        self.subtitle = subtitle
        drawn = table.rows.filter { $0.cost.flopCount > 0 && table.share(of: $0) >= Self.leastShare }
        // The ridges, where the slopes meet the arithmetic, are always in sight.
        let ridges = (roof.memory + roof.cache).map { roof.arithmetic.perSecond / $0.perSecond }
        let intensities = drawn.map(\.intensity) + ridges.flatMap { [$0 / 3, $0 * 4] }
        let rates = drawn.map { $0.flopPerSecond / 1e9 } + [roof.arithmetic.perSecond / 1e9 / 20]
        let top = max(roof.arithmetic.perSecond / 1e9, rates.max() ?? 1) * 2
        x = LogAxis(
            range: (intensities.min() ?? 1) / 1.8...(intensities.max() ?? 1) * 1.8, start: Self.plot.left,
            end: Self.plot.right)
        y = LogAxis(range: (rates.min() ?? 1) / 2...top, start: Self.plot.bottom, end: Self.plot.top)
    }

    package var svg: String {
        var picture = SVG(width: 1240, height: 640, title: title)
        picture.label(title, at: Point(x: Self.plot.left, y: 40), size: 20, isBold: true)
        picture.label(subtitle, at: Point(x: Self.plot.left, y: 64), size: 13, fill: "#5f6b76")
        drawRoofs(&picture)
        drawRows(&picture)
        return picture.text
    }

    private func drawGrid(_ picture: inout SVG) {
        let plot = Self.plot
        for value in x.fineTicks {
            let place = x.position(value)
            picture.line(Point(x: place, y: plot.top), Point(x: place, y: plot.bottom), stroke: "#eef1f4")
        }
        for value in y.fineTicks {
            let place = y.position(value)
            picture.line(Point(x: plot.left, y: place), Point(x: plot.right, y: place), stroke: "#eef1f4")
        }
        for value in x.ticks {
            picture.label(
                short(value), at: Point(x: x.position(value), y: plot.bottom + 20), anchor: .middle, fill: "#5f6b76")
        }
        for value in y.ticks {
            picture.label(
                short(value), at: Point(x: plot.left - 10, y: y.position(value) + 4), anchor: .end, fill: "#5f6b76")
        }
        let middle = (plot.left + plot.right) / 2
        picture.label(
            "arithmetic intensity, FLOP/byte", at: Point(x: middle, y: plot.bottom + 46), size: 13, anchor: .middle)
        picture.label(
            "arithmetic rate, GFLOP/s", at: Point(x: 26, y: (plot.top + plot.bottom) / 2), size: 13, anchor: .middle,
            angle: -90)
        picture.rectangle(plot, fill: "none", stroke: "#c3cbd3")
    }

    private func drawRoofs(_ picture: inout SVG) {
        let peak = roof.arithmetic.perSecond
        let flatEnd = point(x.range.upperBound, peak)
        let fastest = { (rates: [DeviceRoof.Rate]) in rates.max { $0.perSecond < $1.perSecond } }
        guard let memory = fastest(roof.memory) else { return }
        let (start, ridge) = slope(memory)
        picture.polygon(
            [start, ridge, flatEnd, Point(x: flatEnd.x, y: Self.plot.bottom), Point(x: start.x, y: Self.plot.bottom)],
            fill: "#f1f6fa")
        drawGrid(&picture)
        if let cache = fastest(roof.cache), cache.perSecond > memory.perSecond {
            let (cacheStart, cacheRidge) = slope(cache)
            picture.line(cacheStart, cacheRidge, stroke: "#8a96a3", width: 1.5, dashes: "5 5")
            picture.line(cacheRidge, ridge, stroke: "#8a96a3", width: 1.5, dashes: "5 5")
            labelSlope("cache, \(cache.name) ", cache, &picture, fill: "#6b7785")
        }
        picture.line(start, ridge, stroke: "#1f2933", width: 2)
        picture.line(ridge, flatEnd, stroke: "#1f2933", width: 2)
        labelSlope("memory, \(memory.name) ", memory, &picture, fill: "#1f2933")
        picture.label(
            "\(roof.arithmetic.name) \(short(peak / 1e9)) GFLOP/s",
            at: Point(x: flatEnd.x - 8, y: flatEnd.y - 8), anchor: .end, hasHalo: true)
    }

    /// From where a bandwidth enters the plot, at its left edge or at its bottom, to where it meets the arithmetic.
    private func slope(_ rate: DeviceRoof.Rate) -> (start: Point, ridge: Point) {
        let first = max(x.range.lowerBound, y.range.lowerBound * 1e9 / rate.perSecond)
        let last = max(first, roof.arithmetic.perSecond / rate.perSecond)
        return (
            point(first, first * rate.perSecond), point(last, min(last * rate.perSecond, roof.arithmetic.perSecond))
        )
    }

    private func labelSlope(_ words: String, _ rate: DeviceRoof.Rate, _ picture: inout SVG, fill: String) {
        let (start, ridge) = slope(rate)
        let (dx, dy) = (ridge.x - start.x, ridge.y - start.y)
        let length = (dx * dx + dy * dy).squareRoot()
        // Too short a slope has no room for words; the text output has the number.
        guard length > 160 else { return }
        let above = Point(x: start.x + dx / 2 + 8 * dy / length, y: start.y + dy / 2 - 8 * dx / length)
        picture.label(
            words + short(rate.perSecond / 1e9) + " GB/s", at: above, anchor: .middle, fill: fill, hasHalo: true,
            angle: degrees(dx: dx, dy: dy))
    }

    func point(_ intensity: Double, _ flopPerSecond: Double) -> Point {
        Point(x: x.position(intensity), y: y.position(flopPerSecond / 1e9))
    }
}
