def page(made):
    return ""
