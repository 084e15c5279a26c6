// A transposed 2x2 convolution of stride 2 puts four pixels (a', b') in place of each input pixel; the 3x3
// convolution behind it sees, from output phase (a, b), rows a - 1 ... a + 1 of that grid. Row r of the grid is phase
// r mod 2 of input row floor(r / 2), so each phase reads just two input rows and two input columns: tap s of phase a
// is input row s + a - 1. Sums of products over the channels between give the weights of those taps. Borders stay
// exact, because grid pixels outside the image belong to input pixels outside the image.

/// - Returns: [2, 2, outputs, 2, 2, inputs].
func composeSubpixel(
    conv: [Float], convShape: Shape, upsample: [Float], inputs: Int, multiply: Weight.MatrixProduct
) -> [Float] {
    let (outputs, middle) = (convShape[0], convShape[3])
    let taps = permute(conv, shape: convShape, axes: [1, 2, 0, 3])  // [3, 3, outputs, middle]
    var composed = [Float](repeating: 0, count: 4 * outputs * 4 * inputs)
    for a in 0..<2 {
        for b in 0..<2 {
            for dy in 0..<3 {
                for dx in 0..<3 {
                    let (gridRow, gridColumn) = (a + dy + 1, b + dx + 1)  // shifted by 2 to stay positive
                    let (s, t) = (gridRow / 2 - a, gridColumn / 2 - b)
                    let phase = (gridRow % 2) * 2 + gridColumn % 2
                    let tap = Array(taps[((dy * 3 + dx) * outputs * middle)...].prefix(outputs * middle))
                    let matrix = Array(upsample[(phase * middle * inputs)...].prefix(middle * inputs))
                    let product = multiply(tap, matrix, outputs, inputs, middle)
                    for o in 0..<outputs {
                        let start = (((((a * 2 + b) * outputs) + o) * 2 + s) * 2 + t) * inputs
                        for i in 0..<inputs { composed[start + i] += product[o * inputs + i] }
                    }
                }
            }
        }
    }
    return composed
}

/// - Returns: [3, 3, outputs]: first, inner and last row; first, inner and last column.
func composeSubpixelBias(conv: [Float], convShape: Shape, upsampleBias: [Float]) -> [Float] {
    let (outputs, middle) = (convShape[0], convShape[3])
    var perTap = [Double](repeating: 0, count: 9 * outputs)
    for o in 0..<outputs {
        for tap in 0..<9 {
            let start = (o * 9 + tap) * middle
            for m in 0..<middle { perTap[tap * outputs + o] += Double(conv[start + m]) * Double(upsampleBias[m]) }
        }
    }
    let inside = [1...2, 0...2, 0...1]  // the taps that lie inside the image
    var map = [Float]()
    map.reserveCapacity(9 * outputs)
    for rows in inside {
        for columns in inside {
            for o in 0..<outputs {
                var sum = 0.0
                for dy in rows { for dx in columns { sum += perTap[(dy * 3 + dx) * outputs + o] } }
                map.append(Float(sum))
            }
        }
    }
    return map
}
