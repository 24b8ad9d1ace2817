/// The pages below `/recipients/`.
func addRecipientRoutes(to routes: Routes) {}
