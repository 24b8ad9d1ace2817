func addMessageRoutes(to routes: Routes) {}
