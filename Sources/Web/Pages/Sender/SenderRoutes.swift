func addSenderRoutes(to routes: Routes) {}
