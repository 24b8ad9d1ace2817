import TestValues
import Testing

@testable import Campaigns

@Suite(.timeLimit(.minutes(2))) struct `Tedious merge tags` {
    @Test func `what a template needs is found in one pass, however deep its sections are`() {
        let template = MergeTemplate(String(repeating: "{#city}{company}", count: 60_000), as: .text)
        var needs: [MergeNeed] = []
        #expect(processorTime { needs = template.needs } < .seconds(3))
        #expect(needs == [MergeNeed(.company, filled: [.city])])
    }

    @Test func `sections that are nested count until each has ended`() {
        let template = MergeTemplate(
            "{#city}{#city}{company}{/city}{company}{^country}{company}{/country}{/city}{company}{#city}{^city}{company}{/city}{/city}",
            as: .text)
        #expect(
            template.needs == [
                MergeNeed(.company, filled: [.city]), MergeNeed(.company, filled: [.city], empty: [.country]),
                MergeNeed(.company),
            ])
    }

    @Test func `only so many needs are told`() {
        let fields = RecipientField.allCases.filter { $0 != .email && $0 != .company }
        let text = (0..<2187).map { number -> String in
            var (rest, text) = (number, "")
            for field in fields.prefix(7) {
                text += ["", "{#\(field.rawValue)}", "{^\(field.rawValue)}"][rest % 3]
                rest /= 3
            }
            rest = number
            var ends = ""
            for field in fields.prefix(7) {
                if rest % 3 > 0 { ends = "{/\(field.rawValue)}" + ends }
                rest /= 3
            }
            return text + "{company}" + ends
        }.joined()
        #expect(MergeTemplate(text, as: .text).needs.count == MergeTemplate.mostNeeds)
    }

    @Test func `sections that never end are told in the order of the source, in one pass`() {
        let source = String(repeating: "{#city}x\n", count: 50_000)
        var problems: [MergeProblem] = []
        #expect(processorTime { problems = MergeTemplate(source, as: .text).problems } < .seconds(5))
        #expect(problems.count == MergeCompiler.mostProblems)
        #expect(problems.first?.line == 1)
    }
}
