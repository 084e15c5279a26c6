import DataSets
import Imaging

/// Finds what is to be measured.
struct SampleFinder {
    private let options: EvaluationOptions
    private let dataSet: DataSet?
    private let encoding: DepthEncoding

    init(_ options: EvaluationOptions) throws(FathomError) {
        self.options = options
        dataSet = try options.dataSet()
        encoding = .metres(stepsPerMetre: options.pngScale?.stepsPerMetre)
    }

    /// Photographs with their depths.
    ///
    /// - Throws: ``FathomError`` when there is none.
    func samples(data: String, truth: String?) throws(FathomError) -> SampleSearch {
        if let dataSet { return try checked(dataSet.samples(in: data), in: data) }
        return try checked(Pairs.samples(photographs: data, depths: truth, encoding: encoding), in: truth ?? data)
    }

    /// Depths, or masks alone, that predictions are compared with.
    ///
    /// - Throws: ``FathomError`` when there is none.
    func samples(truth: String?, predictions: DepthFileIndex) throws(FathomError) -> SampleSearch {
        guard let truth else {
            var found = SampleSearch()
            found.samples = predictions.keys.map { Sample(key: $0, depthPath: "", encoding: encoding) }
            return found
        }
        let found = dataSet?.samples(in: truth) ?? Pairs.samples(depths: truth, encoding: encoding)
        return try checked(found, in: truth)
    }

    private func checked(_ found: SampleSearch, in folder: String) throws(FathomError) -> SampleSearch {
        var found = found
        if let list = options.list {
            let listed: SampleSearch
            do { listed = try SampleList(path: list).select(found.samples, from: list) } catch {
                throw FathomError(.unreadableImage, "\(error)")
            }
            found.samples = listed.samples
            found.failures += listed.failures
        }
        guard found.samples.isEmpty else { return found }
        if let failure = found.failures.first { throw FathomError(.unreadableImage, "\(failure)") }
        let expected =
            dataSet.map { "\($0.rawValue) has \($0.layout)" }
            ?? "expected depth files (\(DepthFileFormats.list)) named as the photographs"
        throw FathomError(.unreadableImage, "\(folder): holds nothing to measure; \(expected)")
    }
}
