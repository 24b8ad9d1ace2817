import Campaigns
import HTTPTypes
import Hummingbird

/// The form to log in.
struct LoginPage {
    let form: Form
    let next: String
    let canRegister: Bool
    /// Whether somebody comes here by a form that could not be taken.
    var isUnsent = false

    func answer(_ visit: GuestVisit, _ status: HTTPResponse.Status = .ok) -> Response {
        visit.page(Page(title: "Log in", body: body), status: status)
    }

    private var unsent: HTML {
        """
        <div class="alert mb-4" data-variant="warning" role="alert" data-unsent>\(icon: "triangle-alert")\
        <h2>\(t: "You were logged out meanwhile")</h2>\
        <section><p>\(t: "What you sent is not saved yet. Log in, and you are back at its form.")</p></section></div>

        """
    }

    private var body: HTML {
        """
        \(if: isUnsent, unsent)\
        <form method="post" action="/accounts/login/" class="form">\(.csrfField)\
        <input type="hidden" name="next" value="\(SafePath(next).path)">
        \(form.summary)
        \(form.input("username", "User name or e-mail address", required: true, autocomplete: "username",
            attributes: " autofocus"))
        \(form.input("password", "Password", type: "password", required: true, autocomplete: "current-password"))
        <div class="form-actions"><button class="btn w-full">\(icon: "log-in")\(t: "Log in")</button></div>
        </form>
        \(if: canRegister, """
            <p class="mt-4 text-center">\(t: "No account yet?") \
            <a class="link" href="/accounts/register/">\(t: "Register")</a></p>
            """)
        <p class="mt-2 text-center text-sm text-muted-foreground">\(t: "Password forgotten? Whoever runs this server can set a new one.")</p>
        """
    }
}

/// The form to register.
struct RegistrationPage {
    let form: Form
    let isOpen: Bool

    func answer(_ visit: GuestVisit, _ status: HTTPResponse.Status = .ok) -> Response {
        visit.page(Page(title: "Register", body: isOpen ? body : closed), status: status)
    }

    private var closed: HTML {
        """
        <p>\(t: "Registration is closed here. Whoever runs this server can make an account for you.")</p>
        <p class="mt-4"><a class="btn" href="/accounts/login/">\(t: "Log in")</a></p>
        """
    }

    private var body: HTML {
        """
        <form method="post" action="/accounts/register/" class="form">\(.csrfField)
        \(form.summary)
        \(form.input("username", "User name", required: true, autocomplete: "username"))
        \(form.input("email", "E-mail address", type: "email", required: true, autocomplete: "email"))
        \(form.input("password1", "Password", type: "password", hint: "At least \(PasswordRule.shortest) characters.",
            required: true, autocomplete: "new-password"))
        \(form.input("password2", "Password again", type: "password", required: true, autocomplete: "new-password"))
        <div class="form-actions"><button class="btn w-full">\(icon: "user-plus")\(t: "Register")</button></div>
        </form>
        <p class="mt-4 text-center">\(t: "Registered already?") \
        <a class="link" href="/accounts/login/">\(t: "Log in")</a></p>
        """
    }
}

/// The form to change the password.
struct PasswordPage {
    let form: Form

    var page: Page {
        Page(
            title: "Change password", subtitle: "You will be logged out everywhere else.",
            breadcrumbs: [.init("Dashboard", "/")],
            body: """
                <form method="post" class="form page-narrow">\(.csrfField)
                \(form.summary)
                \(form.input("old_password", "Present password", type: "password", required: true,
                    autocomplete: "current-password"))
                \(form.input("new_password1", "New password", type: "password",
                    hint: "At least \(PasswordRule.shortest) characters.", required: true, autocomplete: "new-password"))
                \(form.input("new_password2", "New password again", type: "password", required: true,
                    autocomplete: "new-password"))
                <div class="form-actions"><button class="btn">\(t: "Change password")</button></div>
                </form>
                """)
    }
}
