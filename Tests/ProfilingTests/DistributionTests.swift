import Profiling
import Testing

@Suite("Distribution of measurements")
struct DistributionTests {
    @Test("order statistics do not depend on the order of measuring")
    func orderStatistics() {
        for values in [[3.0, 1, 2, 10], [10.0, 3, 2, 1]] {
            let times = Distribution(values)
            #expect(times.count == 4 && times.minimum == 1 && times.median == 2.5)
            #expect(times.percentile(50) == 2 && times.percentile(75) == 3 && times.percentile(90) == 10)
            // Distances from 2.5: 0.5, 0.5, 1.5, 7.5.
            #expect(times.medianAbsoluteDeviation == 1)
        }
    }

    @Test("percentiles are measured values by the nearest rank")
    func percentiles() {
        let hundred = Distribution((1...100).map(Double.init))
        for percent in [1.0, 50, 90, 99, 100] { #expect(hundred.percentile(percent) == percent) }
        #expect(hundred.percentile(0) == 1 && hundred.percentile(98.5) == 99)
        #expect(Distribution((1...20).map(Double.init)).percentile(99) == 20)
    }

    @Test("one measurement is all there is, without spread")
    func single() {
        let one = Distribution([7])
        #expect(one.minimum == 7 && one.median == 7 && one.percentile(99) == 7 && one.medianAbsoluteDeviation == 0)
    }

    @Test("one disturbed run moves neither the median nor the spread much")
    func robust() {
        let calm = Distribution([10, 11, 10, 11, 10])
        let disturbed = Distribution([10, 11, 10, 11, 1000])
        #expect(calm.median == 10 && disturbed.median == 11)
        #expect(disturbed.medianAbsoluteDeviation <= 1)
    }
}
