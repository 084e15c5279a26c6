import CPUKernels
import TensorCore

/// Maps that a convolution reads: [images, rows, columns, channels].
struct InputMap {
    let base: UnsafePointer<Float>
    let shape: Shape
    let rectifies: Bool
    let kernels: cpu_kernels

    /// Copies the pixels rows x columns of an image, which may reach over the edges, row-major to `destination`:
    /// zeros outside the image, max(x, 0) inside when the map is to be rectified.
    func copy(image: Int, rows: Range<Int>, columns: Range<Int>, to destination: UnsafeMutablePointer<Float>) {
        let channels = shape[3]
        let inside = columns.clamped(to: 0..<shape[2])
        var place = destination
        for row in rows {
            guard row >= 0 && row < shape[1] && !inside.isEmpty else {
                place.update(repeating: 0, count: columns.count * channels)
                place += columns.count * channels
                continue
            }
            let left = (inside.lowerBound - columns.lowerBound) * channels
            let middle = inside.count * channels
            let right = (columns.upperBound - inside.upperBound) * channels
            let source = base + ((image * shape[1] + row) * shape[2] + inside.lowerBound) * channels
            place.update(repeating: 0, count: left)
            if rectifies {
                kernels.rectify(middle, source, place + left)
            } else {
                (place + left).update(from: source, count: middle)
            }
            (place + left + middle).update(repeating: 0, count: right)
            place += left + middle + right
        }
    }
}

/// A map cut into rectangles for convolutions of stride 1: as wide as a tile of pixels allows, then as high.
struct Rectangles {
    let rows: Cut
    let columns: Cut
    let imageCount: Int
    /// Rows and columns that a window has more than its rectangle.
    let halo: (rows: Int, columns: Int)

    init(imageCount: Int, rows: Int, columns: Int, channels: Int, halo: (rows: Int, columns: Int)) {
        // Pixels of a window, halo included, that keep the copy small.
        let window = min(Tiles.pixelCount + 2 * halo.columns, max(1, Tiles.windowFloatCount / channels))
        let widest = max(1, window / (1 + halo.rows) - halo.columns)
        self.columns = Cut(columns, limit: max(1, min(Tiles.pixelCount, widest)))
        let high = Tiles.pixelCount / (self.columns.size + halo.columns)
        let fitting = Tiles.windowFloatCount / channels / (self.columns.size + halo.columns) - halo.rows
        self.rows = Cut(rows, limit: max(1, min(high, fitting)))
        self.imageCount = imageCount
        self.halo = halo
    }

    var count: Int { imageCount * rows.count * columns.count }
    /// Pixels of the largest window.
    var windowPixelCount: Int { (rows.size + halo.rows) * (columns.size + halo.columns) }
    /// Rows of a product over the largest window, see ``Window``.
    var productRowCount: Int { (rows.size - 1) * (columns.size + halo.columns) + columns.size }

    subscript(index: Int) -> Rectangle {
        Rectangle(
            image: index / columns.count / rows.count, rows: rows[index / columns.count % rows.count],
            columns: columns[index % columns.count])
    }
}

struct Rectangle {
    let image: Int
    let rows: Range<Int>
    let columns: Range<Int>
}
