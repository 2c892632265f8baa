"""Pages as foreign servers send them, with all that they say of themselves."""

ARTICLE = """<!doctype html><html lang="en-GB"><head><meta charset="utf-8">
<title>Ministry closes the strait | Vessa Times</title>
<meta property="og:title" content="Ministry closes the strait"><meta property="og:site_name" content="Vessa Times">
<meta name="author" content="Ilse Marn"><meta property="article:published_time" content="2026-05-03T10:20:30+02:00">
<link rel="canonical" href="https://times.example/strait">
<script>document.title = "Hacked"; fetch("http://127.0.0.1/")</script></head>
<body onload="alert(1)"><nav>Home News Sport</nav><article><h1>Ministry closes the strait</h1>
<p>The foreign ministry closed the strait to all shipping on Sunday, and said that it would stay closed until further notice.</p>
<p>“No vessel will pass,” the minister told reporters in the capital, adding that the harbour master had been told of it the night before.</p>
<p>Pilots said that eleven ships were waiting at the northern entrance on Sunday evening, four of them carrying grain for the islands.</p>
<script>alert("text")</script></article><footer>All rights reserved by nobody in particular.</footer></body></html>"""
