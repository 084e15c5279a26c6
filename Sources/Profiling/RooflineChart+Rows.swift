import TensorCore

extension RooflineChart {
    /// Rows that get a number and a line in the list; the others are small discs without a name.
    private static let listedCount = 17
    /// Colours that people with any colour vision can tell apart. (Okabe and Ito, 2008, the yellow darkened.)
    private static let palette = [
        "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#c29700", "#7a5195", "#5f6b76",
    ]

    private struct Disc {
        let number: Int
        let row: ProfileTable.Row
        let center: Point
        let radius: Double
        let color: String

        var box: Box {
            Box(left: center.x - radius, top: center.y - radius, right: center.x + radius, bottom: center.y + radius)
        }
    }

    /// One for each row with arithmetic; rows of one operation, or of one stage, share a colour.
    private var discs: [Disc] {
        var colors: [String: String] = [:]
        return drawn.enumerated().map { index, row in
            let key = row.module?.stage.rawValue ?? row.operation
            let color = colors[key] ?? Self.palette[colors.count % Self.palette.count]
            colors[key] = color
            return Disc(
                number: index + 1, row: row, center: point(row.intensity, row.flopPerSecond),
                radius: index < Self.listedCount ? 9 + 18 * table.share(of: row).squareRoot() : 4, color: color)
        }
    }

    func drawRows(_ picture: inout SVG) {
        let discs = discs
        // The small ones lie below, the numbered ones by size with the smallest on top.
        for disc in Array(discs.dropFirst(Self.listedCount)) + discs.prefix(Self.listedCount) {
            let tip = "\(name(disc.row)): \(percent(table.share(of: disc.row))) of the time"
            picture.disc(disc.center, radius: disc.radius, fill: disc.color, tip: tip)
            if disc.number <= Self.listedCount { drawNumber(disc, at: disc.center, &picture) }
        }
        if table.grouping == .operation { nameDiscs(discs, &picture) }
        drawList(discs, &picture)
    }

    private func drawNumber(_ disc: Disc, at center: Point, _ picture: inout SVG) {
        picture.label(
            "\(disc.number)", at: Point(x: center.x, y: center.y + 4), size: 11, anchor: .middle, fill: "#ffffff",
            isBold: true)
    }

    /// Names beside the discs, where there is room.
    private func nameDiscs(_ discs: [Disc], _ picture: inout SVG) {
        var taken = discs.map(\.box)
        for disc in discs.prefix(Self.listedCount) {
            let (width, height) = (6.8 * Double(disc.row.operation.count), 16.0)
            let (center, away) = (disc.center, disc.radius + 5)
            let middles = [
                Point(x: center.x + away + width / 2, y: center.y), Point(x: center.x - away - width / 2, y: center.y),
                Point(x: center.x, y: center.y + away + height / 2),
                Point(x: center.x, y: center.y - away - height / 2),
            ]
            let boxes = middles.map {
                Box(left: $0.x - width / 2, top: $0.y - height / 2, right: $0.x + width / 2, bottom: $0.y + height / 2)
            }
            let isFree = { (box: Box) in Self.plot.contains(box) && !taken.contains { $0.overlaps(box) } }
            guard let index = boxes.firstIndex(where: isFree) else { continue }
            taken.append(boxes[index])
            picture.label(
                disc.row.operation, at: Point(x: middles[index].x, y: middles[index].y + 4), anchor: .middle,
                hasHalo: true)
        }
    }

    /// The discs by number, with the share of the time and of the roof.
    private func drawList(_ discs: [Disc], _ picture: inout SVG) {
        let left = Self.plot.right + 28
        let (time, share) = (left + 380, left + 452)
        var middle = Self.plot.top + 6
        if table.grouping == .module { drawStages(discs, Point(x: left, y: middle), &picture) }
        picture.label("of the time", at: Point(x: time, y: middle), size: 11, anchor: .end, fill: "#5f6b76")
        picture.label("of the roof", at: Point(x: share, y: middle), size: 11, anchor: .end, fill: "#5f6b76")
        for disc in discs.prefix(Self.listedCount) {
            middle += 24
            picture.disc(Point(x: left + 9, y: middle), radius: 9, fill: disc.color, tip: name(disc.row))
            drawNumber(disc, at: Point(x: left + 9, y: middle), &picture)
            picture.label(shortened(name(disc.row), to: 50), at: Point(x: left + 26, y: middle + 4))
            picture.label(percent(table.share(of: disc.row)), at: Point(x: time, y: middle + 4), anchor: .end)
            picture.label(
                percent(disc.row.shareOfRoof(roof)), at: Point(x: share, y: middle + 4), anchor: .end, fill: "#5f6b76")
        }
        middle += 12
        for note in notes(discs) {
            middle += 18
            picture.label(note, at: Point(x: left, y: middle + 4), size: 11, fill: "#5f6b76")
        }
    }

    /// What the colours of a chart by module mean.
    private func drawStages(_ discs: [Disc], _ place: Point, _ picture: inout SVG) {
        var left = place.x
        var seen = Set<Stage>()
        for disc in discs {
            guard let stage = disc.row.module?.stage, seen.insert(stage).inserted else { continue }
            picture.disc(Point(x: left + 6, y: place.y - 4), radius: 5, fill: disc.color, tip: stage.rawValue)
            picture.label(stage.rawValue, at: Point(x: left + 15, y: place.y), size: 11, fill: "#5f6b76")
            left += 28 + 6.4 * Double(stage.rawValue.count)
        }
    }

    /// What the chart does not tell.
    private func notes(_ discs: [Disc]) -> [String] {
        var notes: [String] = []
        let unnamed = discs.dropFirst(Self.listedCount).map(\.row)
        if !unnamed.isEmpty {
            notes.append("small discs: \(unnamed.count) more, \(shareText(unnamed)) of the time")
        }
        let short = table.rows.filter { $0.cost.flopCount > 0 && table.share(of: $0) < Self.leastShare }
        if !short.isEmpty {
            notes.append("not drawn, less than \(percent(Self.leastShare)) each: \(shareText(short)) of the time")
        }
        let others = table.rows.filter { $0.cost.flopCount == 0 }
        guard !others.isEmpty else { return notes }
        notes.append("not drawn, no arithmetic counted: \(shareText(others)) of the time")
        if table.grouping == .operation {
            let names = others.map { "\($0.operation) \(percent(table.share(of: $0)))" }
            notes += lines(names, limit: 70)
        }
        return notes
    }

    private func shareText(_ rows: [ProfileTable.Row]) -> String { percent(rows.map(table.share).reduce(0, +)) }

    private func name(_ row: ProfileTable.Row) -> String {
        row.module.map { "\($0.scope) \(row.operation)" } ?? row.operation
    }
}
