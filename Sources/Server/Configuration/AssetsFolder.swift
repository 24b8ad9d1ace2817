internal import Foundation

/// Where the style sheets and scripts are when `MARTLET_ASSETS` does not say it.
enum AssetsFolder {
    /// `.assets/static` in the working folder or in one above the program (a clone of the repository), then
    /// `share/martlet/static` beside the program's `bin`.
    static func find(from workingFolder: String) -> String? {
        var candidates = [workingFolder + "/.assets/static"]
        if let program = Bundle.main.executablePath {
            var folder = URL(fileURLWithPath: program).resolvingSymlinksInPath().deletingLastPathComponent()
            candidates.append(folder.deletingLastPathComponent().path + "/share/martlet/static")
            for _ in 0..<4 {
                folder.deleteLastPathComponent()
                candidates.append(folder.path + "/.assets/static")
            }
        }
        return candidates.first(where: isFolder)
    }

    static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
