func addDashboardRoutes(to routes: Routes) {}
