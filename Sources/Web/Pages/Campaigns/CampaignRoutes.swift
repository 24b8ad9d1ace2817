/// The pages below `/campaigns/`.
func addCampaignRoutes(to routes: Routes) {}
