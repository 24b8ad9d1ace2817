/// Light, dark, or as the system is.
enum ThemeMenu {
    static var html: HTML {
        """
        <div class="dropdown-menu" id="theme-menu">
        <button type="button" class="btn" data-variant="ghost" data-size="icon" id="theme-menu-trigger" \
        aria-haspopup="menu" aria-controls="theme-menu-list" aria-expanded="false" aria-label="\(t: "Colours")">\
        \(icon: "sun")</button>
        <div data-popover data-align="end" aria-hidden="true">
        <div role="menu" id="theme-menu-list" aria-labelledby="theme-menu-trigger">\
        \(choice("light", "sun", "Light"))\(choice("dark", "moon", "Dark"))\
        \(choice("system", "monitor", "As the system"))</div></div></div>
        """
    }

    private static func choice(_ value: String, _ icon: String, _ title: Phrase) -> HTML {
        """
        <button type="button" role="menuitemradio" aria-checked="false" data-theme-choice="\(value)">\
        \(icon: icon)\(t: title)</button>
        """
    }
}
