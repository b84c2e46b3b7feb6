"""Pictures that the server draws: geometry here, shapes in the templates."""
