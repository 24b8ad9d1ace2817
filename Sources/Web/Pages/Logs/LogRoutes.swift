func addLogRoutes(to routes: Routes) {}
