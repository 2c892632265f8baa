import pytest
from hypothesis import given
from hypothesis import strategies as st

from masthead.newsroom.desk.checks.sentences import listed
from masthead.newsroom.sources.addresses import is_bare_profile, is_profile

PROFILES = listed("""
https://twitter.com/ministry  https://x.com/ministry/  http://mobile.twitter.com/ministry/media  x.com/ministry  https://x.com/i/user/123
https://twitter.com/#!/ministry  https://www.facebook.com/ministry  https://m.facebook.com/profile.php?id=1  https://facebook.com/people/Ada/100
https://www.facebook.com/ministry/photos  https://facebook.com/groups/harbour  https://instagram.com/ministry/  https://www.instagram.com/stories/ministry
https://www.tiktok.com/@ministry  https://youtube.com/@ministry/videos  https://www.youtube.com/channel/UC1  https://youtube.com/user/ministry
https://t.me/ministry  https://t.me/s/ministry  https://vk.com/id1  https://vk.com/ministry  https://www.linkedin.com/in/ada  https://linkedin.com/company/pier/posts
https://mastodon.social/@ada  https://mastodon.social/users/ada  https://any.example/@ada@other.example  https://bsky.app/profile/ada.example
https://www.threads.net/@ada  https://weibo.com/u/123  https://weibo.com/ministry  https://m.weibo.cn/u/123  https://reddit.com/user/ada
https://www.flickr.com/photos/ada/  https://www.flickr.com/people/ada  https://linktr.ee/ada
""")
POSTS = listed("""
https://twitter.com/ministry/status/1  https://x.com/i/web/status/1  https://x.com/search?q=pier  https://facebook.com/ministry/posts/pfbid1
https://www.facebook.com/permalink.php?story_fbid=1&id=2  https://facebook.com/photo/?fbid=1  https://facebook.com/watch/?v=1  https://facebook.com/ministry/videos/1
https://facebook.com/groups/harbour/posts/1  https://instagram.com/p/C1/  https://www.instagram.com/ada/reel/C1  https://instagram.com/stories/ministry/1
https://www.tiktok.com/@ministry/video/1  https://vm.tiktok.com/ZM1  https://youtube.com/watch?v=1  https://youtu.be/1  https://www.youtube.com/shorts/1
https://t.me/ministry/42  https://t.me/s/ministry/42  https://t.me/c/1/2  https://vk.com/wall-1_2  https://vk.com/ministry?w=wall-1_2
https://www.linkedin.com/posts/ada_1  https://linkedin.com/feed/update/urn:li:activity:1  https://mastodon.social/@ada/1  https://mastodon.social/users/ada/statuses/1
https://bsky.app/profile/ada.example/post/1  https://www.threads.net/@ada/post/1  https://weibo.com/123/AbC  https://m.weibo.cn/status/1
https://reddit.com/r/pier/comments/1/x  https://www.flickr.com/photos/ada/123  https://news.example/users/guide  https://x.com/  https://news.example  ftp://x.com/ada
""")


@pytest.mark.parametrize("url", sorted(PROFILES))
def test_profiles(url):
    assert is_profile(url)


@pytest.mark.parametrize("url", sorted(POSTS))
def test_posts_and_other_pages(url):
    assert not is_profile(url)


@given(st.text())
def test_anything_may_be_asked_about(text):
    assert is_profile(text) in {True, False}
    assert is_bare_profile(text) in {True, False}


@pytest.mark.parametrize(
    "credit", ["https://twitter.com/ministry", "@ministry", "Photo: @ministry / Twitter", "facebook.com/ministry", "Courtesy of @ada@mastodon.social"]
)
def test_credits_that_name_only_a_profile(credit):
    assert is_bare_profile(credit)


@pytest.mark.parametrize(
    "credit",
    [
        "Ada Okafor",
        "Ada Okafor / @ada",
        "Ministry of Defence, https://twitter.com/ministry/status/1",
        "https://x.com/ministry/status/1",
        "",
        "ada@news.example",
    ],
)
def test_credits_that_name_somebody_or_a_post(credit):
    assert not is_bare_profile(credit)
