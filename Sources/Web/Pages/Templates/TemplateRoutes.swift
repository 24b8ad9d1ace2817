/// The pages below `/templates/`.
func addTemplateRoutes(to routes: Routes) {}
